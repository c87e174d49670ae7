// The inner products of all pairs of rows, blocks of rows against blocks of rows, for few and long rows: neither all rows
// nor a whole block need lie in memory at once in more than one copy.
import type { MomentMatrix } from '../diversity/moment-spectrum.ts';
import { requireUnitRows } from '../diversity/row-matrix.ts';
import type { RowSource } from '../diversity/row-source.ts';
import { rowsWithin } from '../diversity/row-source.ts';
import { inOrder } from './in-order.ts';

/** `[count, width]` row-major. */
export interface Columns {
  readonly values: Float32Array;
  readonly count: number;
  readonly width: number;
}

export interface GramProducts {
  /** left rightᵀ, `[left.count, right.count]` row-major. */
  multiply(left: Columns, right: Columns): Promise<ArrayLike<number>>;
  /** How many products are asked for side by side. */
  readonly atOnce: number;
  readonly precision: number;
}

/** Numbers of the rows that stay in memory while all later ones pass by, 512 MB, and of those that pass by at a time, 64 MB. */
const BLOCKS = { held: 2 ** 27, passing: 2 ** 24 };
/** Columns multiplied at a time: float32 sums over more would lose digits, so these are added up in float64. */
const CHUNK = 4096;

interface Pair {
  readonly left: Columns;
  readonly right: Columns;
  readonly row: number;
  readonly column: number;
}

/**
 * G Gᵀ / n of rows scaled to unit norm. Cost: n² d / 2 multiply-adds, n / (held rows) / 2 passes over the source.
 * @param blocks - numbers held and passing; fewer held ones need more passes
 * @throws {PermanentError} `InvalidData` on a row whose norm is off 1 by more than 1e-3
 */
export async function gramOf(
  source: RowSource,
  { multiply, atOnce, precision }: GramProducts,
  blocks = BLOCKS,
): Promise<MomentMatrix> {
  const order = source.count;
  const values = new Float64Array(order * order);
  const multiplied = async (pair: Pair) => ({ pair, products: await multiply(pair.left, pair.right) });
  for await (const { pair, products } of inOrder(pairsOf(source, blocks), atOnce, multiplied)) {
    for (let at = 0; at < pair.left.count; at++) {
      const place = (pair.row + at) * order + pair.column;
      for (let step = 0; step < pair.right.count; step++) {
        values[place + step] = values[place + step]! + products[at * pair.right.count + step]!;
      }
    }
  }
  scaleAndMirror(values, order);
  return { values, order, precision };
}

/** All blocks on and right of the diagonal, chunk by chunk of columns. */
async function* pairsOf(source: RowSource, blocks: typeof BLOCKS): AsyncGenerator<Pair> {
  const { count, dimension } = source;
  const held = rowsWithin(blocks.held, dimension);
  const passing = rowsWithin(blocks.passing, dimension);
  for (let row = 0; row < count; row += held) {
    const end = Math.min(row + held, count);
    const left = await chunksOf(source, row, end, passing);
    for (let column = row; column < count; column += passing) {
      const right = await chunksOf(source, column, Math.min(column + passing, count), passing);
      for (const [chunk, { values, width }] of left.entries()) {
        // Rows below the last column of the block would be multiplied in vain.
        const rows = Math.min(end, column + passing) - row;
        const upper = { values: values.subarray(0, rows * width), count: rows, width };
        yield { left: upper, right: right[chunk]!, row, column };
      }
    }
  }
}

/** Rows start to end - 1, cut into chunks of columns; in shared memory, so that no thread needs a copy of its own. */
async function chunksOf(source: RowSource, start: number, end: number, atOnce: number): Promise<Columns[]> {
  const { dimension } = source;
  const count = end - start;
  const chunks = Array.from({ length: Math.ceil(dimension / CHUNK) }, (_, chunk): Columns => {
    const width = Math.min(CHUNK, dimension - chunk * CHUNK);
    return { values: new Float32Array(new SharedArrayBuffer(count * width * 4)), count, width };
  });
  for (let first = start; first < end; first += atOnce) {
    const rows = await source.read(first, Math.min(first + atOnce, end));
    requireUnitRows(rows, 'Gram matrix', first);
    for (let row = 0; row < rows.count; row++) {
      for (const [chunk, { values, width }] of chunks.entries()) {
        const from = row * dimension + chunk * CHUNK;
        values.set(rows.values.subarray(from, from + width), (first - start + row) * width);
      }
    }
  }
  return chunks;
}

/** Scales to cosines over the order, by the diagonal, and fills the lower half. */
function scaleAndMirror(values: Float64Array, order: number): void {
  const norms = Float64Array.from({ length: order }, (_, row) => Math.sqrt(values[row * order + row]!));
  for (let row = 0; row < order; row++) {
    for (let column = row; column < order; column++) {
      const value = values[row * order + column]! / (norms[row]! * norms[column]! * order);
      values[row * order + column] = value;
      values[column * order + row] = value;
    }
  }
}
