// Published numbers: they agree with themselves, and their columns are the benchmarks of our examples.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { parse } from 'yaml';
import { publishedNames, publishedTables } from '../../../core/published/tables.ts';

const tables = publishedTables(publishedNames);

it('every table says whose numbers they are and what to heed, and has no cell outside its columns', () => {
  for (const { name, source, caution, columns, rows } of tables) {
    assert.ok(source.length > 20 && caution.length > 20, name);
    for (const { cells } of rows) for (const column of Object.keys(cells)) assert.ok(columns.includes(column), column);
  }
  assert.deepEqual(publishedTables(['nobody']), []);
});

it('the averages of the mathematics table are those of its cells', () => {
  const [table] = publishedTables(['prismatic-math-page']);
  assert.equal(table?.rows.length, 6);
  for (const { system, cells } of table.rows) {
    const { average, ...scores } = cells;
    const values = Object.values(scores).map(({ value }) => value);
    assert.equal(values.length, 7);
    const mean = values.reduce((sum, value) => sum + value, 0) / 7;
    assert.ok(Math.abs(mean - average!.value) <= 0.0051, `${system}: ${mean}`);
  }
});

it('the columns of the mathematics table are the benchmarks of the example', () => {
  const file = new URL('../../../examples/evaluate-math.yaml', import.meta.url);
  const { benchmarks, published } = parse(readFileSync(file, 'utf8')) as {
    benchmarks: { name: string; answering: { samples?: number } }[];
    published: string[];
  };
  const names = benchmarks.map(({ name }) => name);
  for (const { columns } of publishedTables(published)) assert.deepEqual(columns, [...names, 'average']);
  const sampled = benchmarks.filter(({ answering }) => answering.samples === 8).map(({ name }) => name);
  assert.deepEqual(sampled, ['aime24', 'aime25', 'amc23']);
});
