// One pass of k-means: which cluster each row falls into, the sums of the clusters, and the centroids that follow.
import type { RowMatrix } from '../diversity/row-matrix.ts';
import { requireUnitRows } from '../diversity/row-matrix.ts';
import type { RowSource } from '../diversity/row-source.ts';
import { blocksOf } from '../diversity/row-source.ts';
import type { MatrixEngine } from '../matrix/engine.ts';
import { SAME_DIRECTION } from './k-means-start.ts';

export interface ClusterSums {
  readonly clusters: Uint32Array;
  /** The inner product of each row with its centroid. */
  readonly similarities: Float64Array;
  /** Mean cosine of the rows with their centroids. */
  readonly meanSimilarity: number;
  /** `[clusterCount, dimension]`: the sum of each cluster's rows, scaled to unit norm, in the order of the rows. */
  readonly sums: Float64Array;
  /** Rows behind each sum. */
  readonly sizes: Uint32Array;
}

/** A sum of unit rows shorter than this has no direction. */
const CANCELLED = 1e-9;

/** The L2 norm of every row. @throws {PermanentError} `InvalidData` on rows off unit norm */
export async function unitNorms(source: RowSource): Promise<Float64Array> {
  const norms = new Float64Array(source.count);
  for await (const { start, rows } of blocksOf(source)) norms.set(requireUnitRows(rows, 'k-means', start), start);
  return norms;
}

/** The clusters of the rows by `centroids`, and their sums. */
export async function sumClusters(
  source: RowSource,
  norms: Float64Array,
  centroids: Float32Array,
  engine: MatrixEngine,
): Promise<ClusterSums> {
  const clusters = new Uint32Array(source.count);
  const similarities = new Float64Array(source.count);
  const sums = new Float64Array(centroids.length);
  const sizes = new Uint32Array(centroids.length / source.dimension);
  let total = 0;
  for await (const block of engine.nearest(source, centroids)) {
    clusters.set(block.clusters, block.start);
    similarities.set(block.similarities, block.start);
    block.clusters.forEach((cluster, place) => {
      const norm = norms[block.start + place]!;
      total += block.similarities[place]! / norm;
      sizes[cluster] = sizes[cluster]! + 1;
      addRow(sums, cluster, block.rows, place, 1 / norm);
    });
  }
  return { clusters, similarities, meanSimilarity: total / source.count, sums, sizes };
}

/**
 * Gives each empty cluster the farthest row that its own cluster can spare (ties: lowest row): changes the sums and
 * sizes, not the clusters. The result says how many were filled.
 */
export async function fillEmptyClusters(
  { clusters, similarities, sums, sizes }: ClusterSums,
  source: RowSource,
  norms: Float64Array,
): Promise<number> {
  const moved = new Set<number>();
  for (const [cluster, size] of sizes.entries()) {
    if (size > 0) continue;
    const row = farthestSpared({ clusters, similarities, sizes, norms, moved });
    if (row === null) return moved.size;
    const values = await source.read(row, row + 1);
    const left = clusters[row]!;
    addRow(sums, left, values, 0, -1 / norms[row]!);
    addRow(sums, cluster, values, 0, 1 / norms[row]!);
    sizes[left] = sizes[left]! - 1;
    sizes[cluster] = 1;
    moved.add(row);
  }
  return moved.size;
}

/**
 * The directions of the sums; a sum that cancels to nothing, or an empty cluster, keeps its centroid. Rounded to float32
 * here, so that assignments belong to the centroids that are returned.
 */
export function meanDirections({ sums, sizes }: ClusterSums, centroids: Float32Array): Float32Array {
  const directions = centroids.slice();
  const dimension = sums.length / sizes.length;
  sizes.forEach((size, cluster) => {
    const start = cluster * dimension;
    let squares = 0;
    for (let place = start; place < start + dimension; place++) squares += sums[place]! * sums[place]!;
    const norm = Math.sqrt(squares);
    if (size === 0 || norm < CANCELLED) return;
    for (let place = start; place < start + dimension; place++) directions[place] = sums[place]! / norm;
  });
  return directions;
}

interface Spared {
  readonly clusters: Uint32Array;
  readonly similarities: Float64Array;
  readonly sizes: Uint32Array;
  readonly norms: Float64Array;
  readonly moved: ReadonlySet<number>;
}

// A row on its centroid gains nothing by a centroid of its own.
function farthestSpared({ clusters, similarities, sizes, norms, moved }: Spared): number | null {
  let farthest: number | null = null;
  let lowest = 1 - SAME_DIRECTION;
  for (let row = 0; row < clusters.length; row++) {
    const cosine = similarities[row]! / norms[row]!;
    if (cosine < lowest && sizes[clusters[row]!]! > 1 && !moved.has(row)) {
      farthest = row;
      lowest = cosine;
    }
  }
  return farthest;
}

function addRow(
  sums: Float64Array,
  cluster: number,
  { values, dimension }: RowMatrix,
  row: number,
  scale: number,
): void {
  const from = row * dimension;
  const to = cluster * dimension;
  for (let column = 0; column < dimension; column++) {
    sums[to + column] = sums[to + column]! + values[from + column]! * scale;
  }
}
