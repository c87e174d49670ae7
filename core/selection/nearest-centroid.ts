// Which centroid a row points to most: the step that k-means and the selection of candidates share, so that both give
// one row the same cluster.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { RowMatrix } from '../diversity/row-matrix.ts';

export interface Nearest {
  /** The cluster of each row; on equal inner products the lowest index. */
  readonly clusters: Uint32Array;
  /** The inner product of each row with its centroid (the cosine, both being of unit norm), float64. */
  readonly similarities: Float64Array;
}

/**
 * How many centroids the numbers are.
 * @throws {PermanentError} `InvalidData` when they do not have the rows' dimension, or there is none
 */
export function centroidCount(centroids: Float32Array, dimension: number): number {
  const clusterCount = centroids.length / dimension;
  if (Number.isInteger(clusterCount) && clusterCount >= 1) return clusterCount;
  throw new PermanentError(
    FailureType.InvalidData,
    `nearest centroid: ${centroids.length} values are no centroids of ${dimension}; are rows and centroids of one sketch?`,
  );
}

/**
 * The centroid with the largest inner product for every row.
 * @param centroids - `[clusterCount, dimension]` row-major
 * @throws {PermanentError} `InvalidData` when the centroids do not have the dimension of the rows, or there is none
 */
export function nearestCentroids(rows: RowMatrix, centroids: Float32Array): Nearest {
  const { count, dimension } = rows;
  const clusterCount = centroidCount(centroids, dimension);
  const wide = Float64Array.from(centroids);
  const clusters = new Uint32Array(count);
  const similarities = new Float64Array(count);
  const row = new Float64Array(dimension);
  const products = new Float64Array(clusterCount);
  for (let index = 0; index < count; index++) {
    for (let column = 0; column < dimension; column++) row[column] = rows.values[index * dimension + column]!;
    multiply(wide, row, products);
    let best = 0;
    for (let cluster = 1; cluster < clusterCount; cluster++) {
      if (products[cluster]! > products[best]!) best = cluster;
    }
    clusters[index] = best;
    similarities[index] = products[best]!;
  }
  return { clusters, similarities };
}

// Four centroids at a time share the reads of the row. Each product is one running sum over the columns in order, so a
// centroid gives the same bits wherever it stands in the list.
function multiply(centroids: Float64Array, row: Float64Array, products: Float64Array): void {
  const dimension = row.length;
  let cluster = 0;
  for (; cluster + 3 < products.length; cluster += 4) {
    const first = cluster * dimension;
    const second = first + dimension;
    const third = second + dimension;
    const fourth = third + dimension;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let column = 0; column < dimension; column++) {
      const value = row[column]!;
      sum0 += centroids[first + column]! * value;
      sum1 += centroids[second + column]! * value;
      sum2 += centroids[third + column]! * value;
      sum3 += centroids[fourth + column]! * value;
    }
    products[cluster] = sum0;
    products[cluster + 1] = sum1;
    products[cluster + 2] = sum2;
    products[cluster + 3] = sum3;
  }
  for (; cluster < products.length; cluster++) {
    let sum = 0;
    for (let column = 0; column < dimension; column++) sum += centroids[cluster * dimension + column]! * row[column]!;
    products[cluster] = sum;
  }
}
