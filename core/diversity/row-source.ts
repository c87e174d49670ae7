// Sketches that need not fit in memory: rows that are read a range at a time.
import type { RowMatrix } from './row-matrix.ts';

export interface RowSource {
  readonly count: number;
  readonly dimension: number;
  /** Rows start to end - 1, for reading: a source in memory hands out its own. */
  read(start: number, end: number): Promise<RowMatrix>;
}

/** Rows of each read in a pass over a source, at most. */
const ROWS_AT_ONCE = 4096;
/** Numbers of each read: 16 MB; one row may have more. */
const NUMBERS_AT_ONCE = 4 * 1024 * 1024;

/** The rows in memory as a source; ranges share memory with them. */
export function rowsInMemory(rows: RowMatrix): RowSource {
  const { values, count, dimension } = rows;
  return {
    count,
    dimension,
    read: (start, end) =>
      Promise.resolve({ values: values.subarray(start * dimension, end * dimension), count: end - start, dimension }),
  };
}

/** All rows in order, in blocks that start at multiples of the block's size, so that every pass sees the same blocks. */
export async function* blocksOf(
  source: RowSource,
  rowsAtOnce = rowsWithin(NUMBERS_AT_ONCE, source.dimension),
): AsyncGenerator<{ readonly start: number; readonly rows: RowMatrix }> {
  for (let start = 0; start < source.count; start += rowsAtOnce) {
    yield { start, rows: await source.read(start, Math.min(start + rowsAtOnce, source.count)) };
  }
}

/** How many rows have no more than `numbers` numbers together: 1 to 4,096. */
export function rowsWithin(numbers: number, dimension: number): number {
  return Math.max(1, Math.min(ROWS_AT_ONCE, Math.floor(numbers / dimension)));
}

/** A copy of the named rows, which ascend, in memory. */
export async function gatherSourceRows(source: RowSource, indices: ArrayLike<number>): Promise<RowMatrix> {
  const { dimension } = source;
  const values = new Float32Array(indices.length * dimension);
  const reach = rowsWithin(NUMBERS_AT_ONCE, dimension);
  for (let at = 0; at < indices.length;) {
    const start = indices[at]!;
    let end = at + 1;
    // Neighbours within a block's reach are read together: rows asked for are often most of the rows there are.
    while (end < indices.length && indices[end]! - start < reach) end++;
    const block = await source.read(start, indices[end - 1]! + 1);
    for (; at < end; at++) {
      const from = (indices[at]! - start) * dimension;
      values.set(block.values.subarray(from, from + dimension), at * dimension);
    }
  }
  return { values, count: indices.length, dimension };
}

/** The named rows, which ascend, as a source of their own. */
export function rowsAt(source: RowSource, indices: Uint32Array | readonly number[]): RowSource {
  const read = (start: number, end: number): Promise<RowMatrix> => gatherSourceRows(source, indices.slice(start, end));
  return { count: indices.length, dimension: source.dimension, read };
}
