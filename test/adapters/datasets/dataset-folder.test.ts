// Data set folders as the hub lays them out: declared or told by names, several files as one set, and what is refused.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { fingerprint } from '../../../adapters/datasets/fingerprint.ts';
import { readDataset, readRawRows } from '../../../adapters/datasets/read-dataset.ts';
import type { FileSource } from '../../../contracts/campaign.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

async function makeFolder(test: Pick<TestContext, 'after'>, files: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-folder-'));
  test.after(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

function sourceIn(path: string, choice: Pick<FileSource, 'split' | 'config'> = {}): FileSource {
  return { kind: 'file', path, format: 'hf-dataset', map: { question: 'q' }, where: {}, skip: 0, ...choice };
}

async function questions(path: string, choice: Pick<FileSource, 'split' | 'config'> = {}) {
  const found = [];
  for await (const { row, fields } of readDataset(sourceIn(path, choice))) found.push(`${row} ${fields['question']}`);
  return found;
}

const lines = (...texts: string[]): string => texts.map((q) => `${JSON.stringify({ q })}\n`).join('');
const parquet = (...texts: string[]): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'q', data: texts, type: 'STRING' }] }));

describe('files that names tell', () => {
  it('takes no word for a split that is none, whatever JavaScript knows by it', async (test) => {
    const folder = await makeFolder(test, { 'constructor.jsonl': lines('a'), 'toString-valueOf.jsonl': lines('b') });
    assert.deepEqual(await questions(folder, { split: 'train' }), ['0 a', '1 b']);
    const shards = await makeFolder(test, { 'constructor-00000-of-00001.parquet': parquet('c') });
    assert.deepEqual(await questions(shards, { split: 'constructor' }), ['0 c']);
  });

  it('reads the shards of a split in order as one set, numbered through', async (test) => {
    const folder = await makeFolder(test, {
      'data/train-00001-of-00002.parquet': parquet('c'),
      'data/train-00000-of-00002.parquet': parquet('a', 'b'),
      'data/test-00000-of-00001.parquet': parquet('x'),
      'README.md': 'No head here.',
      '.cache/train.jsonl': lines('hidden'),
    });
    assert.deepEqual(await questions(folder), ['0 a', '1 b', '2 c']);
    assert.deepEqual(await questions(folder, { split: 'eval' }), ['0 x']);
    const raw = [];
    for await (const { columns } of readRawRows(sourceIn(folder, { split: 'test' }))) raw.push(columns);
    assert.deepEqual(raw, [{ q: 'x' }]);
  });

  it('takes the words of the hub for splits, and mixes formats and packed files', async (test) => {
    const folder = await makeFolder(test, {
      'training_1.jsonl.gz': gzipSync(lines('a')),
      'training_2.csv': 'q\r\nb\r\n',
      'dev/rows.tsv': 'q\nc\n',
      'notes.txt': 'not data',
      'dataset_infos.json': '{}',
    });
    assert.deepEqual(await questions(folder), ['0 a', '1 b']);
    assert.deepEqual(await questions(folder, { split: 'validation' }), ['0 c']);
    assert.deepEqual(await questions(folder, { split: 'valid' }), ['0 c']);
  });

  it('takes everything for train where no name tells, and the only split where it is another', async (test) => {
    const plain = await makeFolder(test, { 'b.jsonl': lines('b'), 'a.json': '[{"q":"a"}]', 'config.json': '{}' });
    assert.deepEqual(await questions(plain), ['0 a', '1 b']);
    const only = await makeFolder(test, { 'test.jsonl': lines('t') });
    assert.deepEqual(await questions(only), ['0 t']);
  });
});

describe('files that README.md declares', () => {
  const card = `---
license: mit
configs:
- config_name: main
  default: true
  data_files:
  - split: train
    path:
    - "second/*.jsonl"
    - first-[0-9].jsonl
  - split: held
    path: "**/held*.jsonl"
- config_name: other
  data_files: other.jsonl
- config_name: folder
  data_dir: deep
---
# Words
`;
  const files: Files = {
    'README.md': card,
    'first-1.jsonl': lines('1'),
    'first-x.jsonl': lines('no'),
    'second/b.jsonl': lines('2b'),
    'second/a.jsonl': lines('2a'),
    'second/deeper/a.jsonl': lines('no'),
    'deep/er/held-out.jsonl': lines('h'),
    'deep/test.jsonl': lines('d'),
    'other.jsonl': lines('o'),
  };

  it('follows the patterns in their order, and the configuration that is named', async (test) => {
    const folder = await makeFolder(test, files);
    assert.deepEqual(await questions(folder), ['0 2a', '1 2b', '2 1']);
    assert.deepEqual(await questions(folder, { split: 'held' }), ['0 h']);
    assert.deepEqual(await questions(folder, { config: 'other' }), ['0 o']);
    assert.deepEqual(await questions(folder, { config: 'folder', split: 'test' }), ['0 d']);
  });

  it('covers all files that are read in the fingerprint, and no other', async (test) => {
    const folder = await makeFolder(test, files);
    const before = await fingerprint(sourceIn(folder));
    await writeFile(join(folder, 'other.jsonl'), lines('changed'));
    assert.equal(await fingerprint(sourceIn(folder)), before);
    await writeFile(join(folder, 'first-1.jsonl'), lines('changed'));
    assert.notEqual(await fingerprint(sourceIn(folder)), before);
    const copy = await makeFolder(test, { ...files, 'first-1.jsonl': lines('changed') });
    assert.equal(await fingerprint(sourceIn(copy)), await fingerprint(sourceIn(folder)));
  });
});

describe('folders that are refused', () => {
  const refused = async (
    files: Files,
    choice: Pick<FileSource, 'split' | 'config'>,
    message: RegExp,
    test: TestContext,
  ) => assert.rejects(questions(await makeFolder(test, files), choice), { type: 'InvalidData', message });

  it('says what a folder of save_to_disk should be instead', (test) =>
    refused({ 'state.json': '{}', 'data-00000-of-00001.arrow': 'x' }, {}, /save_to_disk.*to_parquet/, test));

  it('names the splits there are', async (test) => {
    const files = { 'test.jsonl': lines('a'), 'dev.jsonl': lines('b') };
    await refused(files, {}, /found the splits validation, test; expected one to be named/, test);
    await refused(files, { split: 'train' }, /splits validation, test; expected files of the split "train"/, test);
  });

  it('names the configurations there are', async (test) => {
    const head = (configs: string): Files => ({
      'README.md': `---\nconfigs:\n${configs}\n---\n`,
      'a.jsonl': lines('a'),
    });
    const two = '- {config_name: x, data_files: a.jsonl}\n- {config_name: y, data_files: b.jsonl}';
    await refused(head(two), {}, /found the configurations x, y/, test);
    await refused(head(two), { config: 'z' }, /found x, y; expected the configuration "z"/, test);
    await refused(head(two), { config: 'y' }, /found the splits train; expected data files/, test);
    await refused(head('- {data_files: a.jsonl}'), {}, /no config_name/, test);
    await refused(head('- {config_name: x, data_files: [{path: a.jsonl}]}'), {}, /without split and path/, test);
    await refused(head('- [unclosed'), {}, /no YAML/, test);
  });

  it('tells a folder without data, a file and nothing apart', async (test) => {
    await refused({ 'notes.txt': 'x' }, {}, /found none; expected data files/, test);
    const folder = await makeFolder(test, { 'a.jsonl': lines('a') });
    await assert.rejects(questions(join(folder, 'a.jsonl')), { message: /found a file there; expected a folder/ });
    await assert.rejects(questions(join(folder, 'none')), { message: /found nothing there/ });
  });

  it('names the file and line of what cannot be read in it', async (test) => {
    await refused({ 'train-1.jsonl': lines('a'), 'train-2.jsonl': '{"q":\n' }, {}, /train-2\.jsonl, line 1/, test);
    await refused(
      { 'train-1.jsonl': lines('a'), 'train-2.jsonl': '{"p":1}\n' },
      {},
      /train-2\.jsonl.*no column "q"/,
      test,
    );
    const cut = gzipSync(lines('a', 'b')).subarray(0, 20);
    await refused({ 'train.jsonl.gz': cut }, {}, /train\.jsonl\.gz, line 1: the file is no whole gzip file/, test);
  });
});
