// The cosines between all pairs of rows, for what is quadratic in the number of rows: some measures, and swaps.
import { momentMatrix } from './covariance.ts';
import type { RowMatrix } from './row-matrix.ts';

/** Rows up to which quadratic measures read the whole set: their n x n matrices take 32 MB, and some seconds. */
export const QUADRATIC_ROW_LIMIT = 2000;

/** Cosine of rows i and j at `[i * count + j]`, float64; the diagonal is 1 within rounding. */
export function cosineMatrix(rows: RowMatrix): Float64Array {
  return momentMatrix(rows, new Float64Array(rows.count).fill(1), 'gram');
}
