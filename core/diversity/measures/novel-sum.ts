// NovelSum (Yang et al. 2025, arXiv 2502.17184): mean novelty of a row, its distances to the others weighted towards the
// near ones, times the density around it. The set is its own reference for density.
import { cosineMatrix, QUADRATIC_ROW_LIMIT } from '../cosines.ts';
import { defineMeasure } from './measure.ts';
import type { RowMatrix } from '../row-matrix.ts';
import { rowOf } from '../row-matrix.ts';

/** Parameters of NovelSum; the defaults lie on the grid of the authors' code. */
export interface NovelSumSettings {
  /** Neighbours that density is taken from. */
  readonly neighbours?: number;
  readonly densityPower?: number;
  /** Power of the rank in the weights 1 / rank^power. */
  readonly distancePower?: number;
}

/** Keeps the density of a row whose neighbours lie on it finite, as in the authors' code. */
const DENSITY_FLOOR = 1e-9;

/**
 * mean_i density_i x (sum_r r^-b d_i(r)) / (sum_r r^-b): d_i(r) is the r-th smallest cosine distance from row i to another
 * row, b the distance power; density_i = (mean squared distance to the k nearest other distinct rows + 1e-9)^-a. Fewer
 * neighbours are taken where fewer exist. 0 for one row and for equal rows.
 */
export function novelSum(rows: RowMatrix, settings: NovelSumSettings = {}): number {
  const { neighbours = 10, densityPower = 0.5, distancePower = 1 } = settings;
  const { count } = rows;
  const cosines = cosineMatrix(rows);
  const references = firstOfEqualRows(rows);
  const weights = Float64Array.from({ length: count - 1 }, (_, place) => (place + 1) ** -distancePower);
  const weightSum = weights.reduce((a, b) => a + b, 0);
  let total = 0;
  for (let row = 0; row < count; row++) {
    const distances = Float64Array.from(cosines.subarray(row * count, (row + 1) * count), (cosine) =>
      Math.max(0, 1 - cosine),
    );
    const near = nearestReferences(distances, references, row).subarray(0, neighbours);
    if (near.length === 0) continue;
    const squaredDistance = (2 * near.reduce((a, b) => a + b, 0)) / near.length;
    const others = distances.filter((_, other) => other !== row).sort();
    const distance = others.reduce((sum, value, place) => sum + value * weights[place]!, 0) / weightSum;
    total += distance / (squaredDistance + DENSITY_FLOOR) ** densityPower;
  }
  return total / count;
}

export const novelSumMeasure = defineMeasure({
  name: 'novel-sum',
  describes: 'NovelSum of embeddings against the set itself; larger is more diverse, but tight clusters raise it too.',
  moreDiverse: 'larger',
  needs: ['embeddings'],
  rowLimit: QUADRATIC_ROW_LIMIT,
  measure: ({ embeddings }) => novelSum(embeddings),
});

/** For each row the first row with the same values. */
function firstOfEqualRows(rows: RowMatrix): Int32Array {
  const firsts = new Map<string, number>();
  return Int32Array.from({ length: rows.count }, (_, row) => {
    const values = rowOf(rows, row).join(' ');
    const first = firsts.get(values) ?? row;
    firsts.set(values, first);
    return first;
  });
}

/** The cosine distances from a row to the distinct rows other than its own value, ascending. */
function nearestReferences(distances: Float64Array, firsts: Int32Array, row: number): Float64Array {
  return distances.filter((_, other) => firsts[other] === other && other !== firsts[row]).sort();
}
