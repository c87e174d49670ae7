// Spherical k-means over sketches (Dhillon & Modha 2001): rows go to the centroid of largest cosine, a centroid is the
// direction of the mean of its rows. A function of its arguments alone.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { RowMatrix } from '../diversity/row-matrix.ts';
import { requireUnitRows } from '../diversity/row-matrix.ts';
import { spreadStart } from './k-means-start.ts';
import type { Nearest } from './nearest-centroid.ts';
import { nearestCentroids } from './nearest-centroid.ts';

export interface KMeansPlan {
  readonly clusterCount: number;
  /** Names the random stream of the start; not read when `start` is given. */
  readonly key: string;
  /** Rounds of moving centroids and assigning anew. Default 100. */
  readonly maximumIterations?: number;
  /** Stop when the mean cosine rises by no more than this. Default 1e-7; 0 = only when no assignment changes. */
  readonly tolerance?: number;
  /** `[clusterCount, dimension]`: go on from these centroids in place of a seeded start. */
  readonly start?: Float32Array;
}

export interface Clustering {
  /** `[clusterCount, dimension]` row-major, unit L2 norm. */
  readonly centroids: Float32Array;
  /** The cluster of each row: that of `nearestCentroids` for the returned centroids. */
  readonly assignments: Uint32Array;
  /** Rows of each cluster; `clusterCount` entries, empty clusters included. */
  readonly sizes: Uint32Array;
  readonly meanSimilarity: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** A row whose cosine to its centroid is within this of 1 gains nothing by a centroid of its own: float32 rounding. */
const ON_CENTROID = 1e-6;
/** A sum of unit rows shorter than this has no direction. */
const CANCELLED = 1e-9;

/**
 * Clusters of the rows. An empty cluster is given the row farthest from its centroid; one stays empty only when every
 * row lies on a centroid (fewer distinct rows than clusters), or when the iterations ran out.
 * @throws {PermanentError} `InvalidConfig` unless 1 <= clusterCount <= rows; `InvalidData` on rows off unit norm or a
 * start of another shape
 */
export function sphericalKMeans(rows: RowMatrix, plan: KMeansPlan): Clustering {
  const { clusterCount, key, maximumIterations = 100, tolerance = 1e-7 } = plan;
  const norms = requireUnitRows(rows, 'k-means');
  requirePlan(rows, plan);
  const centroids = plan.start?.slice() ?? spreadStart(rows, norms, clusterCount, key);
  let nearest = nearestCentroids(rows, centroids);
  let meanSimilarity = meanOf(nearest.similarities);
  let iterations = 0;
  let converged = false;
  while (!converged && iterations < maximumIterations) {
    iterations++;
    const moved = fillEmptyClusters(nearest, norms, clusterCount);
    moveCentroids(centroids, rows, norms, nearest.clusters);
    const previous = { clusters: nearest.clusters, meanSimilarity };
    nearest = nearestCentroids(rows, centroids);
    meanSimilarity = meanOf(nearest.similarities);
    const stable = nearest.clusters.every((cluster, row) => cluster === previous.clusters[row]);
    // A re-seeded cluster starts a new descent, so its round says nothing about standing still.
    converged = stable || (!moved && meanSimilarity - previous.meanSimilarity <= tolerance && tolerance > 0);
  }
  const sizes = clusterSizes(nearest.clusters, clusterCount);
  return { centroids, assignments: nearest.clusters, sizes, meanSimilarity, iterations, converged };
}

/** Rows of each of `clusterCount` clusters, empty ones included. */
export function clusterSizes(assignments: Uint32Array, clusterCount: number): Uint32Array {
  const sizes = new Uint32Array(clusterCount);
  for (const cluster of assignments) sizes[cluster] = sizes[cluster]! + 1;
  return sizes;
}

function requirePlan(rows: RowMatrix, { clusterCount, start }: KMeansPlan): void {
  if (!Number.isInteger(clusterCount) || clusterCount < 1 || clusterCount > rows.count) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `k-means: ${clusterCount} clusters for ${rows.count} rows, expected a whole number from 1 to the number of rows`,
    );
  }
  if (start !== undefined && start.length !== clusterCount * rows.dimension) {
    throw new PermanentError(
      FailureType.InvalidData,
      `k-means: start has ${start.length} values, expected ${clusterCount} x ${rows.dimension}; was it made with other sketches?`,
    );
  }
}

// Gives each empty cluster the farthest row that its own cluster can spare (ties: lowest row). Changes `nearest`.
function fillEmptyClusters(nearest: Nearest, norms: Float64Array, clusterCount: number): boolean {
  const { clusters, similarities } = nearest;
  const sizes = clusterSizes(clusters, clusterCount);
  let moved = false;
  for (let cluster = 0; cluster < clusterCount; cluster++) {
    if (sizes[cluster]! > 0) continue;
    let farthest = -1;
    let lowest = 1 - ON_CENTROID;
    for (let row = 0; row < clusters.length; row++) {
      const cosine = similarities[row]! / norms[row]!;
      if (cosine < lowest && sizes[clusters[row]!]! > 1) {
        farthest = row;
        lowest = cosine;
      }
    }
    if (farthest < 0) return moved;
    sizes[clusters[farthest]!]!--;
    clusters[farthest] = cluster;
    similarities[farthest] = norms[farthest]!;
    sizes[cluster] = 1;
    moved = true;
  }
  return moved;
}

// Centroids become the directions of their members' sums; a sum that cancels to nothing, or an empty cluster, keeps
// the old centroid. Rounded to float32 here, so that the assignments belong to the centroids that are returned.
function moveCentroids(centroids: Float32Array, rows: RowMatrix, norms: Float64Array, clusters: Uint32Array): void {
  const { dimension } = rows;
  const sums = new Float64Array(centroids.length);
  for (let row = 0; row < rows.count; row++) {
    const from = row * dimension;
    const to = clusters[row]! * dimension;
    const scale = 1 / norms[row]!;
    for (let column = 0; column < dimension; column++) {
      sums[to + column] = sums[to + column]! + rows.values[from + column]! * scale;
    }
  }
  for (let start = 0; start < sums.length; start += dimension) {
    const sum = sums.subarray(start, start + dimension);
    const norm = Math.sqrt(sum.reduce((squares, value) => squares + value * value, 0));
    if (norm < CANCELLED) continue;
    for (let column = 0; column < dimension; column++) centroids[start + column] = sum[column]! / norm;
  }
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
