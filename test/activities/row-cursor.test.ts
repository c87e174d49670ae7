// Walking a table beside another one.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openRowCursor } from '../../activities/row-cursor.ts';
import type { Attempt } from '../../contracts/samples.ts';
import { makeWorkplace, writeParts } from './workplace.ts';

const attempt = (id: string): Attempt => ({ id, responses: [], requestHashes: [] });

describe('a row cursor', () => {
  it('gives the rows that are asked for in order, across parts, and skips none', async (test) => {
    const { store } = await makeWorkplace(test);
    const table = await writeParts(store, 'attempts', [attempt('b'), attempt('d')], [attempt('e')]);
    const cursor = openRowCursor(store, table);
    const taken: (string | null)[] = [];
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) taken.push((await cursor.take(id))?.id ?? null);
    assert.deepEqual(taken, [null, 'b', null, 'd', 'e', null]);
    await cursor.finish();
  });

  it('says which row nobody took', async (test) => {
    const { store } = await makeWorkplace(test);
    const cursor = openRowCursor(store, await writeParts(store, 'attempts', [attempt('b')], [attempt('a')]));
    assert.equal(await cursor.take('a'), null);
    assert.equal((await cursor.take('b'))?.id, 'b');
    await assert.rejects(cursor.finish(), {
      type: 'InvalidData',
      message: /^Table attempts .*row a belongs to no sample/,
    });
  });

  it('reads a part only when it comes to it', async (test) => {
    const { store } = await makeWorkplace(test);
    const table = await writeParts(store, 'attempts', [attempt('a')], [attempt('b')]);
    let read = 0;
    const counting: typeof store = {
      ...store,
      async *readTable(ref) {
        for await (const part of store.readTable(ref)) {
          read += 1;
          yield part;
        }
      },
    };
    const cursor = openRowCursor(counting, table);
    assert.equal(read, 0);
    await cursor.take('a');
    assert.equal(read, 1);
    await cursor.take('b');
    assert.equal(read, 2);
  });
});
