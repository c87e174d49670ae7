// The spectrum of a matrix of moments that was computed with rounding: what is noise in it, and whether it can be right.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { symmetricEigenvalues } from './eigenvalues.ts';

/** A symmetric matrix that without rounding would have no negative eigenvalue: a covariance, or a Gram matrix. */
export interface MomentMatrix {
  /** `[order, order]` row-major. */
  readonly values: Float64Array;
  readonly order: number;
  /** An entry (i, j) may be off by this x sqrt(entry (i, i) x entry (j, j)). */
  readonly precision: number;
}

export interface MomentSpectrum {
  /** Largest first; what may be rounding noise is 0. */
  readonly eigenvalues: Float64Array;
  /** trace² / ||M||², the order-2 score by the matrix alone; equal to the one from all eigenvalues within 1e-8. */
  readonly vs2: number;
}

/** Largest order: its matrix takes 2 GB and its eigenvalues most of an hour. */
const MOST_ORDER = 16_384;

/** The precision of sums of `length` products in float64: their roundings are a random walk. */
export function exactPrecision(length: number): number {
  return Number.EPSILON * Math.sqrt(Math.max(1, length));
}

/** @throws {PermanentError} `InvalidData` when both sides are larger than 16,384, before anything is computed */
export function requireSolvable(count: number, dimension: number): void {
  if (Math.min(count, dimension) <= MOST_ORDER) return;
  throw new PermanentError(
    FailureType.InvalidData,
    `spectrum: ${count} rows of ${dimension} values need a matrix of order ${Math.min(count, dimension)}, at most ${MOST_ORDER} ` +
      'is possible; take fewer rows, or sketches of a smaller dimension',
  );
}

/**
 * Noise is bounded by 2 x precision x sqrt(largest diagonal entry x trace), the norm of random errors of that profile
 * (Bandeira & van Handel 2016), and by twice the most negative eigenvalue, which is all noise: a matrix without negative
 * eigenvalues keeps its smallest ones.
 * @throws {PermanentError} `InvalidData` when an eigenvalue is more negative than noise can be, or order 2 differs
 */
export function momentSpectrum(matrix: MomentMatrix): MomentSpectrum {
  const { values, order, precision } = matrix;
  const eigenvalues = symmetricEigenvalues(values, order);
  const { trace, largest, squares } = sumsOf(matrix);
  const vs2 = trace ** 2 / squares;
  const byEigenvalues = sumOf(eigenvalues) ** 2 / sumOf(eigenvalues.map((value) => value * value));
  const depth = Math.max(0, -(eigenvalues[order - 1] ?? 0));
  const bound = 2 * precision * Math.sqrt(largest * trace);
  const rounding = order * Number.EPSILON * (eigenvalues[0] ?? 0);
  if (!(Math.abs(byEigenvalues / vs2 - 1) < 1e-8) || depth > bound + rounding) {
    throw new PermanentError(
      FailureType.InvalidData,
      `spectrum: order 2 is ${byEigenvalues} by eigenvalues and ${vs2} by the matrix norm, the least eigenvalue ${-depth} where ` +
        `rounding explains ${-bound}; the matrix or its spectrum is wrong, please report this as a defect`,
    );
  }
  const noise = Math.max(rounding, Math.min(2 * depth, bound));
  return { eigenvalues: eigenvalues.map((value) => (value > noise ? value : 0)), vs2 };
}

function sumsOf({ values, order }: MomentMatrix): { trace: number; largest: number; squares: number } {
  const diagonal = Float64Array.from({ length: order }, (_, place) => values[place * order + place]!);
  let squares = 0;
  for (let index = 0; index < values.length; index++) squares += values[index]! * values[index]!;
  return { trace: sumOf(diagonal), largest: diagonal.reduce((a, b) => Math.max(a, b), 0), squares };
}

function sumOf(values: Float64Array): number {
  return values.reduce((a, b) => a + b, 0);
}
