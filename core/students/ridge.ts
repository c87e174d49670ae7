// Ridge regression on two labels in closed form, its penalty chosen by the exact leave-one-out error. Copies of a row are
// one row with a weight: otherwise leaving one copy out would leave the others in.

import type { RowMatrix } from '../diversity/row-matrix.ts';
import { rowOf } from '../diversity/row-matrix.ts';
import type { Classifier, TrainingSet } from './classifier.ts';

/**
 * Minimises the sum of squared errors plus penalty x trace(K)/n x |w|^2 over w and a constant, for the penalty of `penalties`
 * with the least leave-one-out error; the earlier of equals.
 * @param penalties - as shares of the mean squared length of a row
 * @param pause - awaited between penalties, since one takes up to seconds
 */
export async function trainRidge(
  set: TrainingSet,
  penalties: readonly number[],
  pause: () => Promise<void>,
): Promise<Classifier> {
  const problem = weightedProblem(set);
  const products = problem.rows.length <= problem.width ? rowProducts(problem) : columnProducts(problem);
  const size = Math.min(problem.rows.length, problem.width);
  const scale = traceOf(products, size) / problem.rows.length;
  let best: { readonly error: number; readonly weights: Float64Array } | null = null;
  for (const penalty of penalties) {
    await pause();
    const factor = inverseFactor(products, size, penalty * scale);
    const solved = size === problem.rows.length ? solveByRows(problem, factor) : solveByColumns(problem, factor);
    if (best === null || solved.error < best.error) best = solved;
  }
  return classifierOf(best!.weights);
}

/** Distinct rows scaled by the root of how often they stand, with a constant 1 as last feature. */
interface Problem {
  readonly rows: readonly Float64Array[];
  readonly targets: Float64Array;
  readonly width: number;
}

interface Solution {
  /** Weighted sum of squared leave-one-out errors. */
  readonly error: number;
  readonly weights: Float64Array;
}

function weightedProblem({ features, rows, targets }: TrainingSet): Problem {
  const times = new Map<number, number>();
  for (const row of Array.from(rows)) times.set(row, (times.get(row) ?? 0) + 1);
  const distinct = [...times.keys()].sort((a, b) => a - b);
  const width = features.dimension + 1;
  return {
    rows: distinct.map((row) => {
      const root = Math.sqrt(times.get(row)!);
      return Float64Array.from([...rowOf(features, row), 1], (value) => root * value);
    }),
    targets: Float64Array.from(distinct, (row) => Math.sqrt(times.get(row)!) * targets[row]!),
    width,
  };
}

/** X Xᵀ, lower triangle, row-major. */
function rowProducts({ rows, width }: Problem): Float64Array {
  const size = rows.length;
  const products = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const left = rows[i]!;
    for (let j = 0; j <= i; j++) {
      const right = rows[j]!;
      let sum = 0;
      for (let column = 0; column < width; column++) sum += left[column]! * right[column]!;
      products[i * size + j] = sum;
    }
  }
  return products;
}

/** Xᵀ X, lower triangle. */
function columnProducts({ rows, width }: Problem): Float64Array {
  const products = new Float64Array(width * width);
  for (const row of rows) {
    for (let i = 0; i < width; i++) {
      const left = row[i]!;
      const start = i * width;
      for (let j = 0; j <= i; j++) products[start + j]! += left * row[j]!;
    }
  }
  return products;
}

function traceOf(products: Float64Array, size: number): number {
  let trace = 0;
  for (let place = 0; place < size; place++) trace += products[place * size + place]!;
  return trace;
}

/** The inverse of the Cholesky factor of `products` + penalty I, lower triangle. */
function inverseFactor(products: Float64Array, size: number, penalty: number): Float64Array {
  const factor = products.slice();
  for (let i = 0; i < size; i++) {
    factor[i * size + i]! += penalty;
    for (let j = 0; j <= i; j++) {
      let sum = factor[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!;
      factor[i * size + j] = i === j ? Math.sqrt(sum) : sum / factor[j * size + j]!;
    }
  }
  return invertLower(factor, size);
}

/** Row by row, so that memory is read in order: row i of L^-1 = (e_i - sum_k<i L_ik (L^-1)_k) / L_ii. */
function invertLower(factor: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const start = i * size;
    for (let k = 0; k < i; k++) {
      const scale = factor[start + k]!;
      const other = k * size;
      for (let j = 0; j <= k; j++) inverse[start + j]! -= scale * inverse[other + j]!;
    }
    const pivot = 1 / factor[start + i]!;
    for (let j = 0; j < i; j++) inverse[start + j]! *= pivot;
    inverse[start + i] = pivot;
  }
  return inverse;
}

/** With G = X Xᵀ + penalty I and a = G^-1 y: weights Xᵀ a, and the error of leaving row i out is a_i / (G^-1)_ii. */
function solveByRows({ rows, targets, width }: Problem, factor: Float64Array): Solution {
  const size = rows.length;
  const half = lowerTimes(factor, size, targets);
  const [dual, diagonal] = [new Float64Array(size), new Float64Array(size)];
  for (let k = 0; k < size; k++) {
    for (let i = 0; i <= k; i++) {
      const value = factor[k * size + i]!;
      dual[i]! += value * half[k]!;
      diagonal[i]! += value * value;
    }
  }
  const weights = new Float64Array(width);
  let error = 0;
  rows.forEach((row, i) => {
    error += (dual[i]! / diagonal[i]!) ** 2;
    for (let column = 0; column < width; column++) weights[column]! += dual[i]! * row[column]!;
  });
  return { error, weights };
}

/** With A = Xᵀ X + penalty I: weights A^-1 Xᵀ y, and the error of leaving row i out is its residual / (1 - x_iᵀ A^-1 x_i). */
function solveByColumns({ rows, targets, width }: Problem, factor: Float64Array): Solution {
  const moments = new Float64Array(width);
  rows.forEach((row, i) => {
    for (let column = 0; column < width; column++) moments[column]! += targets[i]! * row[column]!;
  });
  const half = lowerTimes(factor, width, moments);
  const weights = new Float64Array(width);
  for (let k = 0; k < width; k++) {
    for (let j = 0; j <= k; j++) weights[j]! += factor[k * width + j]! * half[k]!;
  }
  const error = rows.reduce((sum, row, i) => {
    const leverage = lowerTimes(factor, width, row).reduce((total, value) => total + value * value, 0);
    const fitted = row.reduce((total, value, column) => total + value * weights[column]!, 0);
    return sum + ((targets[i]! - fitted) / (1 - leverage)) ** 2;
  }, 0);
  return { error, weights };
}

function lowerTimes(lower: Float64Array, size: number, vector: Float64Array): Float64Array {
  const product = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j <= i; j++) sum += lower[i * size + j]! * vector[j]!;
    product[i] = sum;
  }
  return product;
}

function classifierOf(weights: Float64Array): Classifier {
  return (features: RowMatrix) =>
    Float64Array.from({ length: features.count }, (_, row) => {
      const values = rowOf(features, row);
      let sum = weights[features.dimension]!;
      for (let column = 0; column < values.length; column++) sum += values[column]! * weights[column]!;
      return sum;
    });
}
