// The random signs of a sketch: functions of (seed, canonical parameter name, role), the same on every machine.
import { signs } from '../random/philox.ts';
import type { KroneckerSketch } from './specification.ts';

/** Which side of a gradient the signs meet: the columns of a matrix, its rows, or all of a vector. */
export type SignRole = 'input' | 'output' | 'dense';

/**
 * A (role input, [p, size]) or B (role output, [p, size]) with entries +-1 / sqrt(p), row-major; or the dense matrix of a
 * vector parameter, [p * p, size] with entries +-1 / p. Scaled so that the inner product of two sketches is, in
 * expectation over the seed, that of the gradients.
 */
export function signMatrix(
  { seed, p }: Pick<KroneckerSketch, 'seed' | 'p'>,
  parameter: string,
  role: SignRole,
  size: number,
): Float32Array {
  const rows = role === 'dense' ? p * p : p;
  const scale = 1 / Math.sqrt(rows);
  const matrix = signs(`${seed}/${parameter}/${role}`, rows * size);
  for (let index = 0; index < matrix.length; index++) matrix[index] = matrix[index]! * scale;
  return matrix;
}

/** A [rows, columns] matrix as [columns, rows]. */
export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = matrix[row * columns + column]!;
  }
  return result;
}
