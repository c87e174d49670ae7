// The seeded start of spherical k-means: k-means++ (Arthur & Vassilvitskii 2007) with the squared chord 2 (1 - cosine).
import type { RowMatrix } from '../diversity/row-matrix.ts';
import { rowOf } from '../diversity/row-matrix.ts';
import { uniforms } from '../random/philox.ts';

/** Chords shorter than this are rounding: the two rows are the same direction. */
const SAME_DIRECTION = 1e-12;

/**
 * `clusterCount` rows as first centroids, each drawn with probability proportional to its squared distance to the
 * centroids before it; when all rows lie on one, the first row not yet drawn.
 * @param norms - the L2 norm of each row
 */
export function spreadStart(rows: RowMatrix, norms: Float64Array, clusterCount: number, key: string): Float32Array {
  const random = uniforms(key);
  const centroids = new Float32Array(clusterCount * rows.dimension);
  const distances = new Float64Array(rows.count).fill(Infinity);
  const drawn = new Set<number>();
  let next = Math.floor(random.next() * rows.count);
  for (let cluster = 0; cluster < clusterCount; cluster++) {
    drawn.add(next);
    centroids.set(
      rowOf(rows, next).map((value) => value / norms[next]!),
      cluster * rows.dimension,
    );
    shortenDistances(distances, rows, norms, next);
    next = drawRow(distances, random.next()) ?? firstMissing(drawn);
  }
  return centroids;
}

function shortenDistances(distances: Float64Array, rows: RowMatrix, norms: Float64Array, centre: number): void {
  const { values, dimension } = rows;
  const centreStart = centre * dimension;
  for (let row = 0; row < rows.count; row++) {
    const start = row * dimension;
    let product = 0;
    for (let column = 0; column < dimension; column++)
      product += values[start + column]! * values[centreStart + column]!;
    const distance = 1 - product / (norms[row]! * norms[centre]!);
    distances[row] = Math.min(distances[row]!, distance < SAME_DIRECTION ? 0 : distance);
  }
}

function drawRow(distances: Float64Array, uniform: number): number | undefined {
  const total = distances.reduce((sum, distance) => sum + distance, 0);
  if (total === 0) return undefined;
  let remaining = uniform * total;
  let last: number | undefined;
  for (let row = 0; row < distances.length; row++) {
    if (distances[row] === 0) continue;
    last = row;
    remaining -= distances[row]!;
    if (remaining < 0) return row;
  }
  return last;
}

function firstMissing(drawn: ReadonlySet<number>): number {
  let row = 0;
  while (drawn.has(row)) row++;
  return row;
}
