import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { readRawRows } from '../../../adapters/datasets/read-dataset.ts';
import { requireWritable, writeRowsTo } from '../../../adapters/datasets/write-rows.ts';

async function folderOf(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-rows-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function* of(...rows: Record<string, unknown>[]) {
  yield* rows;
}

const awkward = [
  { text: 'a, "b"\r\nc', number: 1.5, empty: '' },
  { text: 'plain', number: -2, empty: '' },
];

describe('writing rows', () => {
  it('gives back the rows it wrote', async (test) => {
    const folder = await folderOf(test);
    for (const format of ['jsonl', 'csv'] as const) {
      const path = join(folder, `rows.${format}`);
      await writeRowsTo(path, of(...awkward));
      const found = [];
      for await (const { columns } of readRawRows({ path, format })) found.push({ ...columns });
      const expected = awkward.map((row) => (format === 'csv' ? { ...row, number: String(row.number) } : row));
      assert.deepEqual(found, expected);
    }
  });

  it('writes 64-bit integers as numbers where they fit, and lists as JSON', async (test) => {
    const folder = await folderOf(test);
    const row = { small: 7n, large: 2n ** 60n, list: [1, 2] };
    await writeRowsTo(join(folder, 'a.jsonl'), of(row));
    assert.equal(
      await readFile(join(folder, 'a.jsonl'), 'utf8'),
      '{"small":7,"large":"1152921504606846976","list":[1,2]}\n',
    );
    await writeRowsTo(join(folder, 'a.csv'), of(row));
    assert.equal(
      await readFile(join(folder, 'a.csv'), 'utf8'),
      'small,large,list\r\n7,1152921504606846976,"[1,2]"\r\n',
    );
  });

  it('leaves what was there when the rows break off, and nothing half-written', async (test) => {
    const folder = await folderOf(test);
    const path = join(folder, 'rows.jsonl');
    await writeFile(path, 'old');
    async function* broken() {
      yield { a: 1 };
      throw new Error('the source broke off');
    }
    await assert.rejects(writeRowsTo(path, broken()), /the source broke off/);
    assert.equal(await readFile(path, 'utf8'), 'old');
    assert.deepEqual(await readdir(folder), ['rows.jsonl']);
  });

  it('refuses other formats by name', async () => {
    await assert.rejects(requireWritable('rows.parquet'), {
      type: 'InvalidConfig',
      message: /ends with \.jsonl or \.csv/,
    });
  });

  it('refuses a folder that is absent or a file, before there are rows', async (test) => {
    const folder = await folderOf(test);
    await requireWritable(join(folder, 'rows.jsonl'));
    await writeFile(join(folder, 'file'), '');
    for (const name of ['absent', 'file']) {
      await assert.rejects(requireWritable(join(folder, name, 'rows.jsonl')), {
        type: 'InvalidConfig',
        message: new RegExp(`found no folder at .*/${name}; expected a folder to write into`),
      });
    }
  });

  const skip = process.getuid?.() === 0 ? 'root may write anywhere' : false;
  it('refuses a folder that takes no files', { skip }, async (test) => {
    const folder = await folderOf(test);
    await chmod(folder, 0o500);
    await assert.rejects(requireWritable(join(folder, 'rows.jsonl')), {
      type: 'InvalidConfig',
      message: /which cannot be written to/,
    });
  });
});
