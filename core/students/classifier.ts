// What small classifiers of two labels learn from and give back.

import type { RowMatrix } from '../diversity/row-matrix.ts';

export interface TrainingSet {
  /** Rows of features; only those in `rows` are read. */
  readonly features: RowMatrix;
  /** In the order to be learned from; a row may stand several times. */
  readonly rows: ArrayLike<number>;
  /** +1 or -1 for every row of `features`. */
  readonly targets: ArrayLike<number>;
}

/** The side that every row of other features falls on: positive for the label +1. */
export type Classifier = (features: RowMatrix) => Float64Array;

/**
 * Every feature with mean 0 and standard deviation 1 over `reference`, then divided by the root of their number so that rows
 * have length about 1; a feature that is constant there becomes 0.
 */
export function standardiserOf(reference: RowMatrix): (rows: RowMatrix) => RowMatrix {
  const { count, dimension, values } = reference;
  const [means, scales] = [new Float64Array(dimension), new Float64Array(dimension)];
  for (let column = 0; column < dimension; column++) {
    let [sum, squares] = [0, 0];
    for (let row = 0; row < count; row++) sum += values[row * dimension + column]!;
    const mean = sum / count;
    for (let row = 0; row < count; row++) squares += (values[row * dimension + column]! - mean) ** 2;
    means[column] = mean;
    const deviation = Math.sqrt(squares / count);
    scales[column] = deviation > 1e-9 ? 1 / (deviation * Math.sqrt(dimension)) : 0;
  }
  return (rows) => ({
    ...rows,
    values: rows.values.map((value, place) => (value - means[place % dimension]!) * scales[place % dimension]!),
  });
}
