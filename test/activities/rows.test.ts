// Tables as rows: parts of a fixed size, ranges across them, joins that rewrite nothing.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { joinTables, readDocument, readRowRange, readRows, writeDocument, writeRows } from '../../activities/rows.ts';
import type { Attempt } from '../../contracts/samples.ts';
import { makeWorkplace } from './workplace.ts';

const rows = (count: number, prefix = 'row'): Attempt[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${prefix}-${index}`, responses: [], requestHashes: [] }));

describe('a table', () => {
  it('is cut into parts of 4,096 rows and reads back whole and in order', async (test) => {
    const { store } = await makeWorkplace(test);
    const table = await writeRows(store, 'attempts', rows(10_000), { origin: 'tests' });
    const { parts, metadata } = await store.readManifest(table);
    assert.deepEqual(
      parts.map((part) => part.rows),
      [4096, 4096, 1808],
    );
    assert.deepEqual(
      parts.map(({ path }) => path),
      ['attempts-000000.parquet', 'attempts-000001.parquet', 'attempts-000002.parquet'],
    );
    assert.deepEqual(metadata, { origin: 'tests' });
    assert.equal(table.rows, 10_000);
    assert.deepEqual(await readRows(store, table), rows(10_000));
  });

  it('may be empty', async (test) => {
    const { store } = await makeWorkplace(test);
    const table = await writeRows(store, 'attempts', []);
    assert.equal(table.rows, 0);
    assert.deepEqual(await readRows(store, table), []);
    assert.deepEqual(await readRowRange(store, table, 0, 10), []);
  });

  it('gives any range of rows, within a part and across parts', async (test) => {
    const { store } = await makeWorkplace(test);
    const all = rows(9000);
    const table = await writeRows(store, 'attempts', all);
    const ranges = [
      [0, 1],
      [4095, 4096],
      [4096, 4097],
      [4000, 4200],
      [10, 8999],
      [8999, 9000],
      [8990, 20_000],
      [50, 50],
    ] as const;
    for (const [start, end] of ranges) {
      assert.deepEqual(await readRowRange(store, table, start, end), all.slice(start, end), `${start} to ${end}`);
    }
  });

  it('reads only the parts that hold the range', async (test) => {
    const { store } = await makeWorkplace(test);
    const table = await writeRows(store, 'attempts', rows(9000));
    let read = 0;
    const counting: typeof store = {
      ...store,
      readTablePart: (kind, part) => {
        read += 1;
        return store.readTablePart(kind, part);
      },
    };
    await readRowRange(counting, table, 4096, 8192);
    assert.equal(read, 1);
  });

  it('joins by taking over parts, numbered by their new place', async (test) => {
    const { store } = await makeWorkplace(test);
    const first = await writeRows(store, 'attempts', rows(5, 'a'));
    const empty = await writeRows(store, 'attempts', []);
    const second = await writeRows(store, 'attempts', rows(3, 'b'));
    const joined = await joinTables(store, 'attempts', [first, empty, second], {});
    assert.deepEqual(await readRows(store, joined), [...rows(5, 'a'), ...rows(3, 'b')]);
    const { parts } = await store.readManifest(joined);
    assert.deepEqual(
      parts.map(({ path }) => path),
      ['attempts-000000.parquet', 'attempts-000001.parquet'],
    );
    assert.equal(parts[1]?.sha256, (await store.readManifest(second)).parts[0]?.sha256);
  });
});

describe('a document', () => {
  it('reads back as it was written', async (test) => {
    const { store } = await makeWorkplace(test);
    const document = { text: 'é', numbers: [1, 2.5], nothing: null };
    assert.deepEqual(await readDocument(store, await writeDocument(store, 'measure', document)), document);
  });
});
