// The methods of selection behind one call: rows in, chosen rows out, in memory that does not grow with the rows.
import { requireDimension } from '../diversity/row-matrix.ts';
import type { RowSource } from '../diversity/row-source.ts';
import type { MatrixEngine } from '../matrix/engine.ts';
import { plainEngine } from '../matrix/plain-engine.ts';
import { permutation } from '../random/philox.ts';
import { selectKCenter } from './k-center.ts';
import { selectRandom } from './random.ts';
import { selectSparse } from './sparse-clusters.ts';
import { selectSpectral } from './spectral.ts';
import { sphericalKMeans } from './spherical-k-means.ts';

export const selectionMethods = ['spectral', 'sparse-clusters', 'k-center', 'random'] as const;

export type SelectionMethod = (typeof selectionMethods)[number];

/** Clusters of the pool, for the sparse rule. */
export interface PoolClusters {
  /** `[clusterCount, dimension]` row-major. */
  readonly centroids: Float32Array;
  /** Rows of the pool in each cluster. */
  readonly sizes: ArrayLike<number>;
}

export interface SelectionTask {
  readonly method: SelectionMethod;
  readonly candidates: RowSource;
  /** Rows already there; `random` does not look at them. */
  readonly pool?: RowSource;
  readonly wanted: number;
  /** Names the random streams. */
  readonly key: string;
  /** For `sparse-clusters`; by default those of the pool, or of the candidates where there is no pool, are found. */
  readonly clusters?: PoolClusters;
  /** Share of the clusters that counts as sparse, in (0, 1]. Default 0.5. */
  readonly sparseShare?: number;
  /** Default: loops on this thread. */
  readonly engine?: MatrixEngine;
}

export interface RowSelection {
  /** Candidates in the order of their choice; `random` ascending. Fewer than wanted where no more are there, or none is in a sparse cluster. */
  readonly chosen: readonly number[];
  /** Why the others were not chosen. */
  readonly reason: string;
  /** `spectral`: VS_2 of pool and chosen together after each choice. */
  readonly scores: Float64Array | null;
}

/** Clusters for the sparse rule: one for each ten rows, as the published code has it, but no more than can be found in minutes. */
const ROWS_OF_CLUSTER = 10;
const MOST_CLUSTERS = 1000;
/** Moves of the centroids; further ones change which clusters are sparse by little. */
const MOVES = 20;

/**
 * @throws {PermanentError} `InvalidData` on rows off unit norm, or of another dimension than the pool or the clusters;
 * `InvalidConfig` on a share outside (0, 1]
 */
export async function selectRows(task: SelectionTask): Promise<RowSelection> {
  const { method, candidates, pool, wanted, key, engine } = task;
  if (candidates.count === 0) return { chosen: [], reason: 'no-candidates', scores: null };
  requireDimensions(task);
  switch (method) {
    case 'spectral': {
      const { chosen, scores } = await selectSpectral(candidates, { wanted, pool, engine });
      return { chosen, reason: 'flatter-spectrum-without', scores };
    }
    case 'sparse-clusters':
      return selectFromSparse(task);
    case 'k-center': {
      const chosen = await selectKCenter(candidates, { wanted, key: `${key}/k-center`, pool, engine });
      return { chosen, reason: 'near-to-chosen', scores: null };
    }
    case 'random':
      return { chosen: selectRandom(candidates.count, wanted, `${key}/random`), reason: 'not-drawn', scores: null };
  }
}

/** Twice as long a row would else pass for two centroids. */
function requireDimensions({ candidates: { dimension }, pool, clusters }: SelectionTask): void {
  if (pool !== undefined && pool.count > 0) requireDimension(pool.dimension, dimension, 'candidates for this pool');
  if (clusters === undefined) return;
  requireDimension(clusters.centroids.length / clusters.sizes.length, dimension, 'candidates for these clusters');
}

/** Candidates are offered in a seeded order, so that none is served first for where it stands. */
async function selectFromSparse(task: SelectionTask): Promise<RowSelection> {
  const { candidates, wanted, key, sparseShare } = task;
  const { sizes, nearest } = await clustersFor(task);
  const order = permutation(`${key}/order`, candidates.count);
  const offered = order.map((candidate) => nearest[candidate]!);
  const { accepted, reason } = selectSparse(offered, sizes, { wanted, share: sparseShare });
  return { chosen: accepted.map((place) => order[place]!), reason, scores: null };
}

/** The nearest cluster of each candidate, and how populated the clusters are. */
async function clustersFor(task: SelectionTask): Promise<{ sizes: ArrayLike<number>; nearest: Uint32Array }> {
  const { candidates, key, engine = plainEngine } = task;
  const source = task.pool === undefined || task.pool.count === 0 ? candidates : task.pool;
  const found =
    task.clusters ??
    (await sphericalKMeans(source, {
      clusterCount: Math.min(source.count, MOST_CLUSTERS, Math.max(2, Math.round(source.count / ROWS_OF_CLUSTER))),
      key: `${key}/clusters`,
      maximumIterations: MOVES,
      engine,
    }));
  return { sizes: found.sizes, nearest: await nearestOf(candidates, found.centroids, engine) };
}

/** The nearest centroid of each row. */
export async function nearestOf(
  source: RowSource,
  centroids: Float32Array,
  engine: MatrixEngine = plainEngine,
): Promise<Uint32Array> {
  const nearest = new Uint32Array(source.count);
  if (source.count === 0) return nearest;
  for await (const { start, clusters } of engine.nearest(source, centroids)) nearest.set(clusters, start);
  return nearest;
}
