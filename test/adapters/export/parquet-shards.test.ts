// Streamed Parquet: bounded files with their number in the name, nested columns, nulls.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { openShards } from '../../../adapters/export/parquet-shards.ts';

const columns = { id: 'text', turns: 'turns', shots: 'texts', place: 'whole' } as const;

async function makeFolder(test: Pick<TestContext, 'after'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-shards-'));
  test.after(() => rm(folder, { recursive: true }));
  return folder;
}

const rowsFrom = (start: number, end: number) =>
  Array.from({ length: end - start }, (_, at) => ({
    id: `row ${start + at}`,
    turns: [
      { role: 'user', content: `${start + at}`.repeat(100) },
      { role: 'assistant', content: 'é' },
    ],
    shots: at % 2 === 0 ? [] : ['a', 'b'],
    place: at % 3 === 0 ? null : at,
  }));

describe('shards', () => {
  it('keep rows, order, nested values and nulls over several files of a bounded size', async (test) => {
    const folder = await makeFolder(test);
    const shards = openShards(folder, 'train', columns, 12_000);
    for (let start = 0; start < 200; start += 50) await shards.write(rowsFrom(start, start + 50));
    const { files, rows, bytes } = await shards.finish();
    assert.equal(rows, 200);
    assert.ok(files.length > 2, `${files.length} files`);
    assert.deepEqual(await readdir(folder), [...files]);
    assert.equal(files[0], `train-00000-of-${String(files.length).padStart(5, '0')}.parquet`);
    const found = [];
    for (const name of files) {
      // Unpacked values count towards the bound, so a packed file stays below it but for its footer.
      assert.ok((await stat(join(folder, name))).size < 24_000);
      found.push(...(await parquetReadObjects({ file: await asyncBufferFromFile(join(folder, name)) })));
    }
    assert.deepEqual(
      found,
      [0, 50, 100, 150].flatMap((start) => rowsFrom(start, start + 50)),
    );
    assert.ok(bytes > 200 * 250);
  });

  it('have lists of named fields in their schema', async (test) => {
    const folder = await makeFolder(test);
    const shards = openShards(folder, 'train', columns);
    await shards.write(rowsFrom(0, 1));
    const { files } = await shards.finish();
    const { schema } = await parquetMetadataAsync(await asyncBufferFromFile(join(folder, files[0]!)));
    assert.deepEqual(
      schema.map(({ name, converted_type: type }) => (type === undefined ? name : `${name} ${type}`)),
      [
        ...['root', 'id UTF8', 'turns LIST', 'list', 'element', 'role UTF8', 'content UTF8'],
        ...['shots LIST', 'list', 'element UTF8', 'place'],
      ],
    );
  });

  it('leave no file where there is no row, nor an open one when they are given up', async (test) => {
    const folder = await makeFolder(test);
    assert.deepEqual(await openShards(folder, 'rejects', columns).finish(), { files: [], rows: 0, bytes: 0 });
    const given = openShards(folder, 'train', columns, 10);
    await given.write(rowsFrom(0, 2));
    await given.close();
    assert.equal(
      (await readdir(folder)).every((name) => name.endsWith('.part')),
      true,
    );
  });
});
