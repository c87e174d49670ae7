// Rows for the benches of spectra and clusters: the same numbers for both sides, and made block by block where memory is measured.
import { writeFile } from 'node:fs/promises';
import type { RowMatrix } from '../core/diversity/row-matrix.ts';
import type { RowSource } from '../core/diversity/row-source.ts';

/** The length of the noise beside a mixture of length about 1. */
const NOISE = 0.5;

/**
 * Unit rows that mix `mixed` directions, the first ones most, and some noise, made when they are read; row r is the same whatever is read with it.
 * There are no clean groups: k-means does not stand still within 20 iterations.
 * @param mixed - fewer are made more quickly
 */
export function inventedRows(count: number, dimension: number, mixed = 48): RowSource {
  const directions = Float64Array.from({ length: mixed * dimension }, numbersOf(1));
  const read = (start: number, end: number): Promise<RowMatrix> => {
    const values = new Float32Array((end - start) * dimension);
    for (let row = start; row < end; row++) {
      const place = (row - start) * dimension;
      fillRow(values.subarray(place, place + dimension), directions, numbersOf(row + 1_000_003));
    }
    return Promise.resolve({ values, count: end - start, dimension });
  };
  return { count, dimension, read };
}

/** Writes the rows as little-endian float32, and gives them back in memory. */
export async function writeRowFile(path: string, source: RowSource): Promise<RowMatrix> {
  const rows = await source.read(0, source.count);
  await writeFile(path, new Uint8Array(rows.values.buffer));
  return rows;
}

function fillRow(out: Float32Array, directions: Float64Array, next: () => number): void {
  const dimension = out.length;
  const sums = Float64Array.from(out, () => next() * NOISE);
  for (let start = 0; start < directions.length; start += dimension) {
    const weight = (next() + next()) / Math.sqrt(1 + start / dimension);
    for (let column = 0; column < dimension; column++) {
      sums[column] = sums[column]! + weight * directions[start + column]!;
    }
  }
  const norm = Math.sqrt(sums.reduce((squares, value) => squares + value * value, 0));
  for (let column = 0; column < dimension; column++) out[column] = sums[column]! / norm;
}

/** Uniform numbers in [-1, 1) by xorshift: quick to make, and good enough to be clustered. */
function numbersOf(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 0x8000_0000;
  };
}
