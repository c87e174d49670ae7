// Spectral selection: grow a set so that its spectrum stays as flat as it can. Greedy on order 2 of the Vendi family,
// VS_2 = 1 / ||C||²: there the best next row is exact and needs no eigenvalues, and order 1 follows it closely.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { RowMatrix } from '../diversity/row-matrix.ts';
import { requireUnitRows } from '../diversity/row-matrix.ts';

export interface SpectralPlan {
  /** Rows to choose. */
  readonly wanted: number;
  /** Rows already there, which the chosen ones should complement. */
  readonly pool?: RowMatrix;
}

export interface SpectralSelection {
  /** Chosen candidates, best first: every prefix is the greedy choice of that size. */
  readonly chosen: readonly number[];
  /** VS_2 of pool and chosen together after each choice. */
  readonly scores: Float64Array;
}

/**
 * Chooses candidates one by one, each time the one that leaves VS_2 of the whole highest (ties: lowest index). With S the
 * sum of x xᵀ over pool and chosen, ||S + x xᵀ||² = ||S||² + 2 xᵀS x + 1, so that is the one of least xᵀS x: the sum
 * of its squared cosines with all rows there. Cost: (pool + wanted) x candidates x dimension multiply-adds.
 * @throws {PermanentError} `InvalidData` on rows off unit norm or of different dimension
 */
export function selectSpectral(candidates: RowMatrix, { wanted, pool }: SpectralPlan): SpectralSelection {
  const norms = requireUnitRows(candidates, 'spectral selection');
  const overlaps = new Float64Array(candidates.count);
  let squares = 0;
  let held = 0;
  if (pool !== undefined) {
    const poolNorms = requireUnitRows(pool, 'pool of spectral selection');
    requireDimension(candidates, pool);
    for (let row = 0; row < pool.count; row++) addOverlaps(overlaps, candidates, norms, pool, row, poolNorms[row]!);
    squares = squaredNorm(pool, poolNorms);
    held = pool.count;
  }
  const free = new Uint8Array(candidates.count).fill(1);
  const chosen: number[] = [];
  const scores = new Float64Array(Math.min(wanted, candidates.count));
  while (chosen.length < scores.length) {
    const best = leastOverlap(overlaps, free);
    squares += 2 * overlaps[best]! + 1;
    held++;
    scores[chosen.length] = held ** 2 / squares;
    chosen.push(best);
    free[best] = 0;
    addOverlaps(overlaps, candidates, norms, candidates, best, norms[best]!);
  }
  return { chosen, scores };
}

// Adds the squared cosine of every candidate with one row.
function addOverlaps(
  overlaps: Float64Array,
  candidates: RowMatrix,
  norms: Float64Array,
  rows: RowMatrix,
  row: number,
  rowNorm: number,
): void {
  const { values, count, dimension } = candidates;
  const direction = Float64Array.from(rows.values.subarray(row * dimension, (row + 1) * dimension));
  for (let candidate = 0; candidate < count; candidate++) {
    const start = candidate * dimension;
    let product = 0;
    for (let column = 0; column < dimension; column++) product += values[start + column]! * direction[column]!;
    const cosine = product / (norms[candidate]! * rowNorm);
    overlaps[candidate] = overlaps[candidate]! + cosine * cosine;
  }
}

/** ||S||² of the rows: the sum of all their squared cosines. */
function squaredNorm(rows: RowMatrix, norms: Float64Array): number {
  const overlaps = new Float64Array(rows.count);
  for (let row = 0; row < rows.count; row++) addOverlaps(overlaps, rows, norms, rows, row, norms[row]!);
  return overlaps.reduce((sum, overlap) => sum + overlap, 0);
}

function leastOverlap(overlaps: Float64Array, free: Uint8Array): number {
  let best = -1;
  for (let candidate = 0; candidate < overlaps.length; candidate++) {
    if (free[candidate] === 1 && (best < 0 || overlaps[candidate]! < overlaps[best]!)) best = candidate;
  }
  return best;
}

function requireDimension(candidates: RowMatrix, pool: RowMatrix): void {
  if (candidates.dimension === pool.dimension) return;
  throw new PermanentError(
    FailureType.InvalidData,
    `spectral selection: candidates of ${candidates.dimension} values, pool of ${pool.dimension}; sketch both with one specification`,
  );
}
