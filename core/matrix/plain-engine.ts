// The matrix products as float64 loops on the caller's thread: no start-up, exact, a hundred times slower than graphs.
import { addRows, emptyCovariance } from '../diversity/covariance.ts';
import { exactPrecision } from '../diversity/moment-spectrum.ts';
import type { RowMatrix } from '../diversity/row-matrix.ts';
import { requireUnitRows } from '../diversity/row-matrix.ts';
import type { RowSource } from '../diversity/row-source.ts';
import { blocksOf } from '../diversity/row-source.ts';
import { nearestCentroids } from '../selection/nearest-centroid.ts';
import type { MatrixEngine, NearestBlock, OverlapBlock } from './engine.ts';
import type { Columns } from './gram.ts';
import { gramOf } from './gram.ts';

export const plainEngine: MatrixEngine = {
  async moments(source) {
    let covariance = emptyCovariance(source.dimension);
    for await (const { rows } of blocksOf(source)) covariance = addRows(covariance, rows);
    return covariance;
  },
  gram: (source) => gramOf(source, { multiply, atOnce: 1, precision: exactPrecision(source.dimension) }),
  nearest,
  overlaps: (source, matrix) => quadratic(source, (rows, row) => quadraticForm(rows, row, matrix)),
  squaredCosines: (source, directions) => quadratic(source, (rows, row) => squaredProducts(rows, row, directions)),
};

function multiply(left: Columns, right: Columns): Promise<Float64Array> {
  const { width } = left;
  const products = new Float64Array(left.count * right.count);
  for (let place = 0; place < products.length; place++) {
    const [row, other] = [Math.floor(place / right.count) * width, (place % right.count) * width];
    let sum = 0;
    for (let at = 0; at < width; at++) sum += left.values[row + at]! * right.values[other + at]!;
    products[place] = sum;
  }
  return Promise.resolve(products);
}

async function* nearest(source: RowSource, centroids: Float32Array): AsyncGenerator<NearestBlock> {
  for await (const block of blocksOf(source)) yield { ...block, ...nearestCentroids(block.rows, centroids) };
}

async function* quadratic(
  source: RowSource,
  valueOf: (rows: RowMatrix, row: number) => number,
): AsyncGenerator<OverlapBlock> {
  for await (const { start, rows } of blocksOf(source)) {
    const norms = requireUnitRows(rows, 'overlaps');
    yield { start, rows, overlaps: norms.map((norm, row) => valueOf(rows, row) / (norm * norm)) };
  }
}

function quadraticForm({ values, dimension }: RowMatrix, row: number, matrix: Float64Array): number {
  const offset = row * dimension;
  let total = 0;
  for (let first = 0; first < dimension; first++) {
    let sum = 0;
    for (let second = 0; second < dimension; second++) {
      sum += matrix[first * dimension + second]! * values[offset + second]!;
    }
    total += sum * values[offset + first]!;
  }
  return total;
}

function squaredProducts({ values, dimension }: RowMatrix, row: number, directions: Float32Array): number {
  const offset = row * dimension;
  let total = 0;
  for (let first = 0; first < directions.length; first += dimension) {
    let product = 0;
    let squares = 0;
    for (let column = 0; column < dimension; column++) {
      const direction = directions[first + column]!;
      product += direction * values[offset + column]!;
      squares += direction * direction;
    }
    total += (product * product) / squares;
  }
  return total;
}
