// Plain vectors, in float64 and of any length: what a user has who brings embeddings of their own.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { symmetricEigenvalues } from './eigenvalues.ts';
import type { RowMatrix } from './row-matrix.ts';
import { addColumnProducts, emptyPanels, setPanelEntry, squareOf, zeroSums } from './symmetric-products.ts';

/** `count` rows of `dimension` values, row-major. */
export interface VectorMatrix {
  readonly values: Float64Array;
  readonly count: number;
  readonly dimension: number;
}

/** Coordinates packed at a time. */
const PACK = 128;

/**
 * The eigenvalues of K / n, K the cosines of all pairs of vectors, largest first, min(n, d) of them, from the cheaper side.
 * Cost: n d min(n, d) / 2 multiply-adds in plain loops.
 * @throws {PermanentError} `InvalidData` on no vectors, or one that is zero or not finite
 */
export function vectorSpectrum(vectors: VectorMatrix): Float64Array {
  const { count, dimension } = vectors;
  if (count === 0) throw new PermanentError(FailureType.InvalidData, 'Vendi score: no vectors; expected at least one');
  const scales = inverseNorms(vectors, 0);
  const size = Math.min(count, dimension);
  const length = Math.max(count, dimension);
  const sums = zeroSums(size);
  for (let start = 0; start < length; start += PACK) {
    const panels = emptyPanels(size, Math.min(PACK, length - start));
    for (let step = 0; step < panels.length; step++) {
      for (let column = 0; column < size; column++) {
        const [row, coordinate] = count < dimension ? [column, start + step] : [start + step, column];
        setPanelEntry(panels, step, column, vectors.values[row * dimension + coordinate]! * scales[row]!);
      }
    }
    addColumnProducts(sums, panels);
  }
  return symmetricEigenvalues(squareOf(sums, 1 / count), size);
}

/**
 * The directions of the vectors, rounded to float32.
 * @param first - number of the first vector, for messages
 * @throws {PermanentError} `InvalidData` as `vectorSpectrum`
 */
export function directionsOf(vectors: VectorMatrix, first: number): RowMatrix {
  const { count, dimension } = vectors;
  const scales = inverseNorms(vectors, first);
  const values = new Float32Array(count * dimension);
  for (let row = 0; row < count; row++) {
    for (let at = row * dimension; at < (row + 1) * dimension; at++) values[at] = vectors.values[at]! * scales[row]!;
  }
  return { values, count, dimension };
}

function inverseNorms({ values, count, dimension }: VectorMatrix, first: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => {
    const vector = values.subarray(row * dimension, (row + 1) * dimension);
    // Divided by the largest entry first: squares of entries near the ends of the range would overflow or vanish.
    const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const norm = largest * Math.sqrt(vector.reduce((sum, value) => sum + (value / largest) ** 2, 0));
    if (norm > 0 && Number.isFinite(norm)) return 1 / norm;
    throw new PermanentError(
      FailureType.InvalidData,
      `vector ${first + row} has length ${norm}; expected a finite vector that is not zero, since others have no direction. Leave it out.`,
    );
  });
}
