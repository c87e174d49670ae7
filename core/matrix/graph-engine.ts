// The matrix products by graphs on several threads: each block is one run, blocks run side by side, and their float32
// results are added up in float64 in the order of the blocks, so that the number of threads changes no bit.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { Covariance } from '../diversity/covariance.ts';
import type { MomentMatrix } from '../diversity/moment-spectrum.ts';
import type { RowMatrix } from '../diversity/row-matrix.ts';
import { requireUnitNorm } from '../diversity/row-matrix.ts';
import type { RowSource } from '../diversity/row-source.ts';
import { blocksOf } from '../diversity/row-source.ts';
import { symmetricSums } from '../diversity/symmetric-products.ts';
import type { Graph } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx-encoding.ts';
import type { GraphModel, GraphSession, TensorValue } from '../graph/runner.ts';
import { floatOutput } from '../graph/runner.ts';
import { centroidCount } from '../selection/nearest-centroid.ts';
import type { MatrixEngine, NearestBlock, OverlapBlock } from './engine.ts';
import type { Columns } from './gram.ts';
import { gramOf } from './gram.ts';
import {
  momentsGraph,
  nearestGraph,
  overlapsGraph,
  panelWidths,
  productName,
  productsGraph,
  squaredCosinesGraph,
} from './graphs.ts';
import { inOrder } from './in-order.ts';
import { SharedBuffers } from './shared-buffers.ts';

export interface MatrixThreads {
  /** How many runs a session of `open` does side by side. */
  readonly count: number;
  open(model: GraphModel): Promise<GraphSession>;
}

/** Products of a run that stay in the cache until they are looked through, 8 MB; more take a quarter longer. */
const CACHED_PRODUCTS = 2 * 1024 * 1024;
/** Products of a run at most, 64 MB: with many centroids, fewer rows would read all of them too often. */
const MOST_PRODUCTS = 16 * 1024 * 1024;
/** Rows for which more products than stay in the cache are taken. */
const ENOUGH_ROWS = 1024;
/** Rows of a run at most, of any dimension: float32 sums over more would lose digits. */
const MOST_ROWS = 4096;
/**
 * What a sum of `MOST_ROWS` float32 products is off by, in parts of the sum of their magnitudes: roundings of 6e-8 that walk
 * at random. Measured on repeated rows: up to 2.4e-6 for equal rows, 6e-7 for 40 distinct ones.
 */
const PRECISION = 2 ** -24 * Math.sqrt(MOST_ROWS);
/** Numbers of a block of rows at most: 16 MB. */
const NUMBERS_OF_ROWS = 4 * 1024 * 1024;

interface Block {
  readonly start: number;
  readonly rows: RowMatrix;
}

type Outputs = Record<string, TensorValue>;

/**
 * An engine over `threads`, which opens a session when a product is first asked for. Close it when done.
 * Accuracy: inner products and sums over one block carry float32 rounding, some 1e-7 of the result.
 */
export class GraphEngine implements MatrixEngine {
  readonly #threads: MatrixThreads;
  readonly #sessions = new Map<string, Promise<GraphSession>>();
  readonly #buffers = new SharedBuffers();

  constructor(threads: MatrixThreads) {
    this.#threads = threads;
  }

  async moments(source: RowSource): Promise<Covariance> {
    const { dimension } = source;
    const session = await this.#session(`moments of ${dimension}`, () => momentsGraph(dimension));
    const widths = panelWidths(dimension);
    const sums = new Map<string, Float64Array>();
    const pass = { session, blockRows: rowsAtOnce(dimension, 1), feeds: {}, fed: fedOnce };
    for await (const { block, outputs } of this.#passOver(source, pass)) {
      requireUnitNorms(block, outputs, 'moments');
      for (const name of productNames(widths.length)) addTo(sums, name, floatOutput(outputs, name));
    }
    const width = widths[0] ?? 1;
    const entry = (row: number, column: number): number => {
      const [first, second] = [Math.floor(row / width), Math.floor(column / width)];
      const place = (row - first * width) * (widths[second] ?? 0) + column - second * width;
      return sums.get(productName(first, second))?.[place] ?? 0;
    };
    return { dimension, count: source.count, sums: symmetricSums(dimension, entry), precision: PRECISION };
  }

  gram(source: RowSource): Promise<MomentMatrix> {
    const multiply = async (left: Columns, right: Columns): Promise<Float32Array> => {
      const { width } = left;
      const session = await this.#session(`products of ${width}`, () => productsGraph(width));
      return floatOutput(await session.run({ left: tensorOf(left), right: tensorOf(right) }), 'products');
    };
    return gramOf(source, { multiply, atOnce: this.#threads.count + 1, precision: PRECISION });
  }

  async *nearest(source: RowSource, centroids: Float32Array): AsyncGenerator<NearestBlock> {
    const { dimension } = source;
    const clusterCount = centroidCount(centroids, dimension);
    const session = await this.#session(`nearest of ${dimension}`, () => nearestGraph(dimension));
    const feeds = { centroids: { values: centroids, width: dimension } };
    const blockRows = rowsAtOnce(dimension, clusterCount);
    for await (const { block, outputs } of this.#passOver(source, { session, blockRows, feeds, fed: fedTogether })) {
      const { count } = block.rows;
      const clusters = Uint32Array.from(integerOutput(outputs, 'clusters').subarray(0, count), Number);
      const similarities = Float64Array.from(floatOutput(outputs, 'similarities').subarray(0, count));
      yield { ...block, clusters, similarities };
    }
  }

  overlaps(source: RowSource, matrix: Float64Array): AsyncGenerator<OverlapBlock> {
    const feeds = { matrix: { values: Float32Array.from(matrix), width: source.dimension } };
    return this.#quadratic(source, 'overlaps', overlapsGraph, feeds);
  }

  squaredCosines(source: RowSource, directions: Float32Array): AsyncGenerator<OverlapBlock> {
    const feeds = { directions: { values: directions, width: source.dimension } };
    return this.#quadratic(source, 'squared cosines', squaredCosinesGraph, feeds);
  }

  async close(): Promise<void> {
    const sessions = await Promise.all(this.#sessions.values());
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
  }

  async *#quadratic(
    source: RowSource,
    name: string,
    graph: (dimension: number) => Graph,
    feeds: Readonly<Record<string, Matrix>>,
  ): AsyncGenerator<OverlapBlock> {
    const { dimension } = source;
    const session = await this.#session(`${name} of ${dimension}`, () => graph(dimension));
    const [products = dimension] = Object.values(feeds).map(({ values, width }) => values.length / width);
    const blockRows = rowsAtOnce(dimension, products);
    for await (const { block, outputs } of this.#passOver(source, { session, blockRows, feeds, fed: fedTogether })) {
      requireUnitNorms(block, outputs, name);
      yield { ...block, overlaps: Float64Array.from(floatOutput(outputs, 'overlaps').subarray(0, block.rows.count)) };
    }
  }

  #session(name: string, graph: () => Graph): Promise<GraphSession> {
    const known = this.#sessions.get(name);
    if (known) return known;
    const opening = this.#threads.open({ bytes: encodeModel(graph()), weightsFolder: null });
    this.#sessions.set(name, opening);
    opening.catch(() => this.#sessions.delete(name));
    return opening;
  }

  // One more run than threads is asked for, so that none waits while the caller takes a result.
  async *#passOver(
    source: RowSource,
    { session, blockRows, feeds, fed }: Pass,
  ): AsyncGenerator<{ block: Block; outputs: Outputs }> {
    const shared = Object.entries(feeds).map(([name, { values, width }]) => {
      return [name, { values: this.#buffers.lend(values), width }] as const;
    });
    const run = async (block: Block): Promise<{ block: Block; outputs: Outputs }> => {
      const { values, width } = fed(block.rows);
      const rows = this.#buffers.lend(values);
      const tensors = [['rows', { values: rows, width }] as const, ...shared].map(([name, matrix]) => {
        return [name, tensorOf(matrix)] as const;
      });
      const outputs = await session.run(Object.fromEntries(tensors)).finally(() => this.#buffers.giveBack(rows));
      return { block, outputs };
    };
    try {
      yield* inOrder(blocksOf(source, blockRows), this.#threads.count + 1, run);
    } finally {
      for (const [, { values }] of shared) this.#buffers.giveBack(values);
    }
  }
}

interface Matrix {
  readonly values: Float32Array;
  readonly width: number;
}

interface Pass {
  readonly session: GraphSession;
  readonly blockRows: number;
  /** What every run reads beside its rows. */
  readonly feeds: Readonly<Record<string, Matrix>>;
  /** What a run gets of a block. */
  readonly fed: (rows: RowMatrix) => Matrix;
}

function fedOnce({ values, dimension }: RowMatrix): Matrix {
  return { values, width: dimension };
}

/** A lone row goes in twice: the runtime multiplies it by another routine, and its bits would depend on the block. */
function fedTogether({ values, count, dimension }: RowMatrix): Matrix {
  if (count > 1) return { values, width: dimension };
  const twice = new Float32Array(2 * dimension);
  twice.set(values);
  twice.set(values, dimension);
  return { values: twice, width: dimension };
}

function tensorOf({ values, width }: Matrix): TensorValue {
  return { type: 'float32', dims: [values.length / width, width], data: values };
}

function rowsAtOnce(dimension: number, productsOfRow: number): number {
  const cached = CACHED_PRODUCTS / productsOfRow;
  const products = Math.max(cached, Math.min(ENOUGH_ROWS, MOST_PRODUCTS / productsOfRow));
  return Math.max(1, Math.floor(Math.min(NUMBERS_OF_ROWS / dimension, products, MOST_ROWS)));
}

function productNames(panels: number): string[] {
  return Array.from({ length: panels }, (_, first) =>
    Array.from({ length: panels - first }, (_, step) => productName(first, first + step)),
  ).flat();
}

function addTo(sums: Map<string, Float64Array>, name: string, values: Float32Array): void {
  const sum = sums.get(name) ?? new Float64Array(values.length);
  for (let index = 0; index < values.length; index++) sum[index] = sum[index]! + values[index]!;
  sums.set(name, sum);
}

function requireUnitNorms({ start, rows }: Block, outputs: Outputs, where: string): void {
  const inverses = floatOutput(outputs, 'inverse');
  for (let row = 0; row < rows.count; row++) {
    requireUnitNorm(Math.sqrt(rows.dimension) / inverses[row]!, start + row, where);
  }
}

function integerOutput(outputs: Outputs, name: string): BigInt64Array {
  const output = outputs[name];
  if (output?.type === 'int64') return output.data;
  throw new PermanentError(FailureType.UnsupportedModel, `matrix engine: the graph gave no int64 output "${name}"`);
}
