// Plain vectors, in float64 and of any length: what a user has who brings embeddings of their own.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { exactPrecision, momentSpectrum, requireSolvable } from './moment-spectrum.ts';
import type { RowMatrix } from './row-matrix.ts';
import type { SymmetricSums } from './symmetric-products.ts';
import { addColumnProducts, emptyPanels, setPanelEntry, squareOf, zeroSums } from './symmetric-products.ts';

/** `count` rows of `dimension` values, row-major. */
export interface VectorMatrix {
  readonly values: Float64Array;
  readonly count: number;
  readonly dimension: number;
}

/** Vectors that need not fit in memory: a range of them is read at a time. */
export interface VectorSource {
  readonly count: number;
  readonly dimension: number;
  /** Vectors start to end - 1. */
  read(start: number, end: number): Promise<VectorMatrix>;
}

/** Coordinates or vectors packed at a time. */
const PACK = 128;
/** Numbers of each read: 32 MB. */
const NUMBERS_AT_ONCE = 4 * 1024 * 1024;

/**
 * The eigenvalues of K / n, K the cosines of all pairs of vectors, largest first, min(n, d) of them, from the cheaper side;
 * rounding noise is 0. More vectors than dimensions are read range by range, fewer all at once.
 * Cost: n d min(n, d) / 2 multiply-adds in plain loops.
 * @throws {PermanentError} `InvalidData` on no vectors, or one that is zero or not finite
 */
export async function vectorSpectrum(source: VectorSource): Promise<Float64Array> {
  const { count, dimension } = source;
  if (count === 0) throw new PermanentError(FailureType.InvalidData, 'Vendi score: no vectors; expected at least one');
  requireSolvable(count, dimension);
  const order = Math.min(count, dimension);
  const sums = zeroSums(order);
  const atOnce = count <= dimension ? count : PACK * Math.max(1, Math.floor(NUMBERS_AT_ONCE / dimension / PACK));
  for (let start = 0; start < count; start += atOnce) {
    addVectors(sums, await source.read(start, Math.min(start + atOnce, count)), start, count <= dimension);
  }
  const precision = exactPrecision(Math.max(count, dimension));
  return momentSpectrum({ values: squareOf(sums, 1 / count), order, precision }).eigenvalues;
}

/** Adds x xᵀ of the directions x, or the inner products of all pairs of them. */
function addVectors(sums: SymmetricSums, vectors: VectorMatrix, first: number, pairs: boolean): void {
  const { count, dimension, values } = vectors;
  const scales = inverseNorms(vectors, first);
  const length = pairs ? dimension : count;
  for (let start = 0; start < length; start += PACK) {
    const panels = emptyPanels(sums.size, Math.min(PACK, length - start));
    for (let step = 0; step < panels.length; step++) {
      for (let column = 0; column < sums.size; column++) {
        const [row, coordinate] = pairs ? [column, start + step] : [start + step, column];
        setPanelEntry(panels, step, column, values[row * dimension + coordinate]! * scales[row]!);
      }
    }
    addColumnProducts(sums, panels);
  }
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
    const norm = largest && largest * Math.sqrt(vector.reduce((sum, value) => sum + (value / largest) ** 2, 0));
    if (norm > 0 && Number.isFinite(norm)) return 1 / norm;
    throw new PermanentError(
      FailureType.InvalidData,
      `vector ${first + row} has length ${norm}; expected a finite vector that is not zero, since others have no direction. Leave it out.`,
    );
  });
}
