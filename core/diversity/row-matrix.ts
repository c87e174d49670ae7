// Sketches in memory: a dense row-major matrix of float32, one row per sample, and the checks at the door.
import { FailureType, PermanentError } from '../../contracts/failures.ts';

/** `count` rows of `dimension` float32 values, row-major: row r is `values[r * dimension .. (r + 1) * dimension - 1]`. */
export interface RowMatrix {
  readonly values: Float32Array;
  readonly count: number;
  readonly dimension: number;
}

/** How far a row's L2 norm may be from 1. */
export const UNIT_NORM_TOLERANCE = 1e-3;

/** Row `row`, sharing memory with the matrix. */
export function rowOf(rows: RowMatrix, row: number): Float32Array {
  return rows.values.subarray(row * rows.dimension, (row + 1) * rows.dimension);
}

/** A copy of the named rows in the given order. */
export function gatherRows(rows: RowMatrix, indices: ArrayLike<number>): RowMatrix {
  const values = new Float32Array(indices.length * rows.dimension);
  for (let position = 0; position < indices.length; position++) {
    values.set(rowOf(rows, indices[position]!), position * rows.dimension);
  }
  return { values, count: indices.length, dimension: rows.dimension };
}

/** @throws {PermanentError} `InvalidData` when the length of `values` is not count x dimension, or a size is no positive integer. */
export function requireShape(rows: RowMatrix, where: string): void {
  const { values, count, dimension } = rows;
  const sound = Number.isInteger(count) && Number.isInteger(dimension) && count >= 0 && dimension > 0;
  if (sound && values.length === count * dimension) return;
  throw new PermanentError(
    FailureType.InvalidData,
    `${where}: ${values.length} values do not make ${count} rows of ${dimension}; was the shard read whole?`,
  );
}

/** @throws {PermanentError} `InvalidData` when rows of two sets cannot be compared, having different numbers of values */
export function requireDimension(expected: number, found: number, where: string): void {
  if (expected === found) return;
  throw new PermanentError(
    FailureType.InvalidData,
    `${where}: rows of ${found} values, expected ${expected}; are both made with one sketch specification?`,
  );
}

/**
 * The L2 norm of every row, in float64.
 * @param first - the number by which a message calls the first row
 * @throws {PermanentError} `InvalidData` when the shape is wrong or a norm is off 1 by more than 1e-3 (zero and
 * non-finite rows included)
 */
export function requireUnitRows(rows: RowMatrix, where: string, first = 0): Float64Array {
  requireShape(rows, where);
  const norms = new Float64Array(rows.count);
  for (let row = 0; row < rows.count; row++) {
    const norm = normOf(rows, row);
    requireUnitNorm(norm, first + row, where);
    norms[row] = norm;
  }
  return norms;
}

/** @throws {PermanentError} `InvalidData` when the norm of row `row` is off 1 by more than 1e-3 or not a number */
export function requireUnitNorm(norm: number, row: number, where: string): void {
  if (Math.abs(norm - 1) <= UNIT_NORM_TOLERANCE) return;
  throw new PermanentError(
    FailureType.InvalidData,
    `${where}: row ${row} has norm ${norm}, expected 1 within ${UNIT_NORM_TOLERANCE}; ` +
      'scale sketches to unit norm and leave out zero and non-finite ones',
  );
}

function normOf(rows: RowMatrix, row: number): number {
  const start = row * rows.dimension;
  const end = start + rows.dimension;
  let squares = 0;
  for (let index = start; index < end; index++) {
    const value = rows.values[index]!;
    squares += value * value;
  }
  return Math.sqrt(squares);
}
