// Which rows a generator proposed, and reading them without the rest.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { proposalsOf, readRowsAt } from '../../activities/proposals.ts';
import type { Store } from '../../activities/ports/store.ts';
import { makeWorkplace, symbolicSamples, writeParts } from './workplace.ts';

/** Counts the parts that are read. */
function counting(store: Store) {
  const read = { parts: 0, tables: 0 };
  const counted: Store = {
    ...store,
    readTablePart(kind, part) {
      read.parts += 1;
      return store.readTablePart(kind, part);
    },
    readTable(ref) {
      read.tables += 1;
      return store.readTable(ref);
    },
  };
  return { read, counted };
}

describe('what a generator proposed', () => {
  it('is known by row numbers, after one pass for all generators and chunks of a process', async (test) => {
    const { store } = await makeWorkplace(test);
    const [a, b] = [symbolicSamples(3, ['negation'], 'a'), symbolicSamples(2, ['negation'], 'b')];
    const table = await writeParts(store, 'samples', [a[0]!, b[0]!, a[1]!], [b[1]!, a[2]!]);
    const { read, counted } = counting(store);
    const [ofA, ofB] = await Promise.all([proposalsOf(counted, table, 'a'), proposalsOf(counted, table, 'b')]);
    assert.deepEqual(
      [[...ofA], [...ofB]],
      [
        [0, 2, 4],
        [1, 3],
      ],
    );
    assert.equal((await proposalsOf(counted, table, 'nobody')).length, 0);
    assert.equal(read.tables, 1);
  });

  it('is read by number, from the parts that hold it alone', async (test) => {
    const { store } = await makeWorkplace(test);
    const samples = symbolicSamples(9, ['negation', 'order']);
    const table = await writeParts(store, 'samples', samples.slice(0, 4), samples.slice(4, 6), samples.slice(6));
    const { read, counted } = counting(store);
    const rows = await readRowsAt(counted, table, Uint32Array.of(0, 3, 6, 8));
    assert.deepEqual(
      rows,
      [0, 3, 6, 8].map((row) => samples[row]),
    );
    assert.equal(read.parts, 2);
    assert.deepEqual(await readRowsAt(counted, table, new Uint32Array()), []);
  });

  it('is counted again only after two other tables', async (test) => {
    const { store } = await makeWorkplace(test);
    const [first, ...others] = await Promise.all(
      [1, 2, 3].map((count) => writeParts(store, 'samples', symbolicSamples(count, ['negation'], `kept-${count}`))),
    );
    const { read, counted } = counting(store);
    const look = (table = first!) => proposalsOf(counted, table, 'kept-1');
    await look();
    await look(others[0]);
    await look();
    assert.equal(read.tables, 2);
    for (const other of others) await look(other);
    assert.deepEqual([...(await look())], [0]);
    assert.equal(read.tables, 4);
  });
});
