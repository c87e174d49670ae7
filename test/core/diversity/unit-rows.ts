// Unit rows for the tests of diversity and selection: random directions, optionally around given centres.
import type { RowMatrix } from '../../../core/diversity/row-matrix.ts';
import { gatherRows } from '../../../core/diversity/row-matrix.ts';
import { uniforms } from '../../../core/random/philox.ts';

/** `count` random directions, near-uniform on the sphere (sums of three uniforms a coordinate). */
export function randomUnitRows(key: string, count: number, dimension: number): RowMatrix {
  const random = uniforms(key);
  return unitRows(
    Array.from({ length: count }, () =>
      Array.from({ length: dimension }, () => random.next() + random.next() + random.next() - 1.5),
    ),
  );
}

/** The given rows scaled to unit norm. */
export function unitRows(rows: readonly (readonly number[])[]): RowMatrix {
  const dimension = rows[0]?.length ?? 1;
  const values = new Float32Array(rows.length * dimension);
  rows.forEach((row, index) => {
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, column) => {
      values[index * dimension + column] = value / norm;
    });
  });
  return { values, count: rows.length, dimension };
}

/** `sizes[g]` rows around axis g, each off it by noise of about `spread`. */
export function groupedRows(key: string, sizes: readonly number[], dimension: number, spread: number): RowMatrix {
  const random = uniforms(key);
  const rows = sizes.flatMap((size, group) =>
    Array.from({ length: size }, () =>
      Array.from({ length: dimension }, (_, column) => (column === group ? 1 : 0) + (random.next() - 0.5) * spread),
    ),
  );
  return unitRows(rows);
}

/** `count` rows of which only `distinct` differ, those rows, and the share of each. */
export function repeatedRows(
  key: string,
  count: number,
  distinct: number,
  dimension: number,
): { rows: RowMatrix; base: RowMatrix; weights: Float64Array } {
  const base = randomUnitRows(key, distinct, dimension);
  const random = uniforms(`${key}/drawn`);
  const drawn = Array.from({ length: count }, (_, row) =>
    row < distinct ? row : Math.floor(random.next() * distinct),
  );
  const weights = new Float64Array(distinct);
  for (const row of drawn) weights[row] = weights[row]! + 1 / count;
  return { rows: gatherRows(base, drawn), base, weights };
}
