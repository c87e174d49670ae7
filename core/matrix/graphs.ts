// The products as graphs of the model runtime, which multiplies float32 matrices as fast as the processor can.
import type { Graph, Value } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/builder.ts';

/** Columns of a panel: pairs of panels leave out the lower half, and narrower ones would multiply more slowly. */
const PANEL_WIDTH = 128;
/** More panels than this would be more outputs than a run should have. */
const MOST_PANELS = 16;

/** Where the columns of `dimension` are cut. */
export function panelWidths(dimension: number): number[] {
  const width = Math.max(PANEL_WIDTH, Math.ceil(dimension / MOST_PANELS));
  return Array.from({ length: Math.ceil(dimension / width) }, (_, panel) => Math.min(width, dimension - panel * width));
}

/** The name of the output that holds panel `first` times panel `second`. */
export function productName(first: number, second: number): string {
  return `product.${first}.${second}`;
}

/** `rows` [N, dimension] -> the products of all pairs of panels of the unit rows, and `inverse` [N, 1] as `unitRows` has it. */
export function momentsGraph(dimension: number): Graph {
  const builder = new GraphBuilder();
  const { output, inverse } = unitRows(builder, dimension);
  builder.output('inverse', inverse);
  const panels = builder.splitLast(output, panelWidths(dimension));
  panels.forEach((left, first) => {
    panels.slice(first).forEach((right, step) => {
      const product = builder.matmul(left, right, { transposeA: true });
      builder.output(productName(first, first + step), product);
    });
  });
  return builder.finish();
}

/** `left` [N, width], `right` [M, width] -> `products` [N, M], of all pairs. */
export function productsGraph(width: number): Graph {
  const builder = new GraphBuilder();
  const left = builder.input('left', 'float32', ['N', width]);
  const right = builder.input('right', 'float32', ['M', width]);
  builder.output('products', builder.matmul(left, right, { transposeB: true }));
  return builder.finish();
}

/** `rows` [N, dimension], `centroids` [K, dimension] -> `clusters` int64 [N] and `similarities` [N, 1], the largest inner product. */
export function nearestGraph(dimension: number): Graph {
  const builder = new GraphBuilder();
  const rows = builder.input('rows', 'float32', ['N', dimension]);
  const centroids = builder.input('centroids', 'float32', ['K', dimension]);
  const products = builder.matmul(rows, centroids, { transposeB: true });
  const clusters = builder.argMax(products);
  builder.output('clusters', clusters);
  builder.output('similarities', builder.gatherElements(products, builder.reshape(clusters, ['N', 1])));
  return builder.finish();
}

/** `rows` [N, dimension], `matrix` [dimension, dimension] -> `overlaps` [N] of the unit rows, and `inverse` [N, 1]. */
export function overlapsGraph(dimension: number): Graph {
  const builder = new GraphBuilder();
  const { output, inverse } = unitRows(builder, dimension);
  builder.output('inverse', inverse);
  const matrix = builder.input('matrix', 'float32', [dimension, dimension]);
  builder.output('overlaps', builder.reduceSum(builder.mul(builder.matmul(output, matrix), output), [1], 'drop'));
  return builder.finish();
}

/** `rows` [N, dimension], `directions` [J, dimension] -> `overlaps` [N], the sum of squared cosines, and `inverse` [N, 1]. */
export function squaredCosinesGraph(dimension: number): Graph {
  const builder = new GraphBuilder();
  const { output, inverse } = unitRows(builder, dimension);
  builder.output('inverse', inverse);
  const directions = unitRows(builder, dimension, 'directions', 'J').output;
  const products = builder.matmul(output, directions, { transposeB: true });
  builder.output('overlaps', builder.reduceSum(builder.mul(products, products), [1], 'drop'));
  return builder.finish();
}

/** The input scaled to unit norm row by row; a row's norm is sqrt(dimension) / inverse. */
function unitRows(
  builder: GraphBuilder,
  dimension: number,
  name = 'rows',
  count = 'N',
): { output: Value; inverse: Value } {
  const rows = builder.input(name, 'float32', [count, dimension]);
  const scale = new Float32Array(dimension).fill(1 / Math.sqrt(dimension));
  return builder.rmsNorm(rows, builder.weight('scale', [dimension], scale), 0);
}
