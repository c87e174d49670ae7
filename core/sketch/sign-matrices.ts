// The random signs of a sketch: functions of (seed, canonical parameter name, role), the same on every machine.
import type { ScaledBytes } from '../graph/initializers.ts';
import { signs } from '../random/philox.ts';
import type { KroneckerSketch } from './specification.ts';

/** Which side of a gradient the signs meet: the columns of a matrix, its rows, or all of a vector. */
export type SignRole = 'input' | 'output' | 'dense';

/** As the products of the graph want it, row-major. As floats the signs would take a third of the memory of a small model's weights. */
export interface SignMatrix extends ScaledBytes {
  readonly shape: readonly [number, number];
  /** 1 / sqrt(rows of the definition): the inner product of two sketches is, in expectation over the seed, that of the gradients. */
  readonly scale: number;
}

/**
 * The transposes of A (role input) and of B (role output), [size, p] with entries +-1 / sqrt(p); or the dense matrix R of a
 * vector parameter as it is, [p * p, size] with entries +-1 / p. The definition draws A, B and R row by row.
 */
export function signMatrix(
  { seed, p }: Pick<KroneckerSketch, 'seed' | 'p'>,
  parameter: string,
  role: SignRole,
  size: number,
): SignMatrix {
  const rows = role === 'dense' ? p * p : p;
  const drawn = (): Int8Array => signs(`${seed}/${parameter}/${role}`, rows * size);
  const scale = 1 / Math.sqrt(rows);
  if (role === 'dense') return { shape: [rows, size], scale, data: drawn };
  return { shape: [size, rows], scale, data: () => transposed(drawn(), rows, size) };
}

/** A [rows, columns] matrix as [columns, rows]. */
function transposed(matrix: Int8Array, rows: number, columns: number): Int8Array {
  const result = new Int8Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = matrix[row * columns + column]!;
  }
  return result;
}
