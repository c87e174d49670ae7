// Rows for the benches of spectra and clusters: the same numbers for both sides, and made block by block where memory is measured.
import { writeFile } from 'node:fs/promises';
import type { RowMatrix } from '../core/diversity/row-matrix.ts';
import type { RowSource } from '../core/diversity/row-source.ts';

/** Groups that the rows lie around, and how far off they lie. */
const GROUPS = 300;
const SPREAD = 1.5;

/** Unit rows around 300 directions, made when they are read; row r is the same whatever is read with it. */
export function inventedRows(count: number, dimension: number): RowSource {
  const centres = new Float32Array(GROUPS * dimension);
  for (let group = 0; group < GROUPS; group++) fillRow(centres, group * dimension, dimension, group + 1, null);
  const read = (start: number, end: number): Promise<RowMatrix> => {
    const values = new Float32Array((end - start) * dimension);
    for (let row = start; row < end; row++) {
      const group = (row * 7919) % GROUPS;
      const centre = centres.subarray(group * dimension, (group + 1) * dimension);
      fillRow(values, (row - start) * dimension, dimension, row + 1_000_003, centre);
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

// A xorshift generator for each row: quick to make, and good enough to be clustered.
function fillRow(out: Float32Array, at: number, dimension: number, seed: number, centre: Float32Array | null): void {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) | 1;
  let squares = 0;
  const scale = centre === null ? 1 : SPREAD * Math.sqrt(3 / dimension);
  for (let column = 0; column < dimension; column++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const value = (centre?.[column] ?? 0) + (state / 0x8000_0000) * scale;
    out[at + column] = value;
    squares += value * value;
  }
  const norm = Math.sqrt(squares);
  for (let column = 0; column < dimension; column++) out[at + column] = out[at + column]! / norm;
}
