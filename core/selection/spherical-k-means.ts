// Spherical k-means over sketches (Dhillon & Modha 2001): rows go to the centroid of largest cosine, a centroid is the
// direction of the mean of its rows. Memory: a block of rows, two numbers a row, and the centroids with their sums.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { RowSource } from '../diversity/row-source.ts';
import type { MatrixEngine } from '../matrix/engine.ts';
import { plainEngine } from '../matrix/plain-engine.ts';
import type { ClusterSums } from './cluster-sums.ts';
import { fillEmptyClusters, meanDirections, sumClusters, unitNorms } from './cluster-sums.ts';
import { spreadStart } from './k-means-start.ts';

/** Where a run stands; a run that is given it goes on to the result that the first would have reached. */
export interface KMeansState {
  readonly key: string;
  /** How often the centroids have been moved. */
  readonly iteration: number;
  /** `[clusterCount, dimension]` row-major, unit L2 norm. */
  readonly centroids: Float32Array;
  /** Mean cosine before the last move; null when there is none to compare with: at the start, or after an empty cluster was filled. */
  readonly meanBefore: number | null;
}

export interface KMeansPlan {
  readonly clusterCount: number;
  /** Names the random stream of the start. */
  readonly key: string;
  /** Moves of the centroids. Default 100. */
  readonly maximumIterations?: number;
  /** Stop when the mean cosine rises by no more than this. Default 1e-7; 0 = only when no centroid moves. */
  readonly tolerance?: number;
  /** Go on from here in place of a seeded start. */
  readonly from?: KMeansState;
  /** Called after every move, for keeping the state. */
  readonly onMove?: (state: KMeansState) => Promise<void> | void;
  /** Default: loops on this thread. */
  readonly engine?: MatrixEngine;
}

export interface Clustering {
  /** `[clusterCount, dimension]` row-major, unit L2 norm. */
  readonly centroids: Float32Array;
  /** The cluster of each row: the nearest of the returned centroids, as the engine finds it. */
  readonly assignments: Uint32Array;
  /** Rows of each cluster; `clusterCount` entries, empty clusters included. */
  readonly sizes: Uint32Array;
  /** Mean cosine of the rows with their centroids. */
  readonly meanSimilarity: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Clusters of the rows. An empty cluster is given the row farthest from its centroid among those whose cluster can spare
 * one (ties: lowest row); one stays empty only when every row lies on a centroid (fewer distinct rows than clusters), or
 * when the iterations ran out. One pass over the source for each move and one at the end, 8 and a look-up of rows for the start.
 * @throws {PermanentError} `InvalidConfig` unless 1 <= clusterCount <= rows; `InvalidData` on rows off unit norm or a
 * state of another shape or key
 */
export async function sphericalKMeans(source: RowSource, plan: KMeansPlan): Promise<Clustering> {
  requirePlan(source, plan);
  const { clusterCount, key, maximumIterations = 100, tolerance = 1e-7, onMove, engine = plainEngine } = plan;
  const norms = await unitNorms(source);
  let state = plan.from ?? {
    key,
    iteration: 0,
    centroids: await spreadStart(source, norms, { clusterCount, key, engine }),
    meanBefore: null,
  };
  for (;;) {
    const sums = await sumClusters(source, norms, state.centroids, engine);
    const { meanBefore, iteration } = state;
    const settled = meanBefore !== null && tolerance > 0 && sums.meanSimilarity - meanBefore <= tolerance;
    const filled = settled ? 0 : await fillEmptyClusters(sums, source, norms);
    const centroids = settled ? state.centroids : meanDirections(sums, state.centroids);
    const converged = settled || sameValues(centroids, state.centroids);
    if (converged || iteration >= maximumIterations) return clusteringOf(state, sums, converged);
    state = { key, iteration: iteration + 1, centroids, meanBefore: filled > 0 ? null : sums.meanSimilarity };
    await onMove?.(state);
  }
}

/** Rows of each of `clusterCount` clusters, empty ones included. */
export function clusterSizes(assignments: Uint32Array, clusterCount: number): Uint32Array {
  const sizes = new Uint32Array(clusterCount);
  for (const cluster of assignments) sizes[cluster] = sizes[cluster]! + 1;
  return sizes;
}

function clusteringOf(
  state: KMeansState,
  { clusters, meanSimilarity, sizes }: ClusterSums,
  converged: boolean,
): Clustering {
  const { centroids, iteration } = state;
  return {
    centroids,
    assignments: clusters,
    sizes: clusterSizes(clusters, sizes.length),
    meanSimilarity,
    iterations: iteration,
    converged,
  };
}

function requirePlan({ count, dimension }: RowSource, { clusterCount, key, from }: KMeansPlan): void {
  if (!Number.isInteger(clusterCount) || clusterCount < 1 || clusterCount > count) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `k-means: ${clusterCount} clusters for ${count} rows, expected a whole number from 1 to the number of rows`,
    );
  }
  if (from === undefined) return;
  if (from.centroids.length !== clusterCount * dimension) {
    throw new PermanentError(
      FailureType.InvalidData,
      `k-means: the state has ${from.centroids.length} values, expected ${clusterCount} x ${dimension}; was it made with other sketches?`,
    );
  }
  if (from.key !== key) {
    throw new PermanentError(FailureType.InvalidData, `k-means: the state is of key "${from.key}", expected "${key}"`);
  }
}

function sameValues(left: Float32Array, right: Float32Array): boolean {
  return left.every((value, place) => value === right[place]);
}
