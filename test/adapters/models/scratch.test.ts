// Models from scratch by name: made in the cache, opened like any other, with a tokenizer that reads as the reference does
// (test/golden/models/word-tokenizer.json, by scripts/golden/word_tokenizer.py).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hashText } from '../../../adapters/models/file-hash.ts';
import { openModel, type LanguageModelFiles } from '../../../adapters/models/model.ts';
import { obtainModel } from '../../../adapters/models/obtain.ts';
import { parseScratchName } from '../../../adapters/models/scratch.ts';
import { taskNamed } from '../../../tasks/registry.ts';

interface Golden {
  readonly text: string;
  readonly ids: readonly number[];
  readonly decoded: string;
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/models/word-tokenizer.json', import.meta.url), 'utf8'),
) as Golden[];

/** Words always get a blank before them, so 12x comes back as 12 x. */
const joined = (text: string) => text.replace(/ (?=\p{L})/gu, '');

describe('a model from scratch', () => {
  let root: string;
  let math: LanguageModelFiles;
  const cacheBefore = process.env['DIFFRACT_CACHE'];

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'diffract-scratch-'));
    process.env['DIFFRACT_CACHE'] = root;
    // Two at once: one makes it, the other finds it.
    const [first, second] = await Promise.all([openModel('scratch-math-1x32'), openModel('scratch-math-1x32')]);
    assert.deepEqual(first.hashes, second.hashes);
    math = first;
  });

  after(async () => {
    if (cacheBefore === undefined) delete process.env['DIFFRACT_CACHE'];
    else process.env['DIFFRACT_CACHE'] = cacheBefore;
    await rm(root, { recursive: true, force: true });
  });

  it('has the words of all slices: whole samples come back from their tokens', () => {
    const task = taskNamed('math');
    for (const slice of Object.keys(task.slices)) {
      for (let index = 0; index < 40; index++) {
        const read = task.readRecord(task.makeRecord(slice, 'another key', index));
        assert.ok(read.ok);
        for (const text of [read.body.prompt, read.body.completion]) {
          const tokens = math.tokenizer.encode(text);
          assert.ok(!tokens.includes(math.tokenizer.specialTokens.get('<unk>')!), text);
          assert.equal(joined(math.tokenizer.decode(tokens)), joined(text));
        }
      }
    }
  });

  it('is pinned: what decides its files changes together with the version in its folder', async () => {
    const tokenizer = hashText(await readFile(join(math.folder, 'source', 'tokenizer.json'), 'utf8'));
    const found = [math.folder.slice(root.length), tokenizer.slice(0, 12), math.hashes.weights.slice(0, 12)];
    assert.deepEqual(found, ['/models/scratch-math-1x32-1', '3b944a504b90', 'dae1f3548d02']);
  });

  it('cuts and joins text as the reference library does', () => {
    for (const { text, ids, decoded } of golden) {
      assert.deepEqual(math.tokenizer.encode(text), ids, text);
      assert.equal(math.tokenizer.decode(ids), decoded);
    }
  });

  it('closes a turn with a token of its own, and reads unknown words as one token', () => {
    const { promptTokens, completionTokens } = math.chat.encodeChat({ prompt: 'Anna', completion: '#### 7' });
    const [beginning, turn, end] = ['<s>', '<|turn|>', '</s>'].map((token) => math.tokenizer.specialTokens.get(token));
    assert.deepEqual([promptTokens[0], promptTokens.at(-1), completionTokens.at(-1)], [beginning, turn, end]);
    assert.equal(math.tokenizer.encode('zyzzyva').length, 1);
  });

  it('is made by name wherever models are obtained, and leaves nothing half done beside it', async () => {
    const { folder } = await obtainModel('scratch-nli-1x16', () => undefined);
    assert.ok((await readdir(folder)).includes('weights.json'));
    const left = (await readdir(folder)).filter((file) => file.startsWith('.') || file.endsWith('.lock'));
    assert.deepEqual(left, []);
  });
});

describe('names of models from scratch', () => {
  it('say task, layers and hidden size', () => {
    const { name, ...rest } = parseScratchName('scratch-nli-2x64')!;
    assert.equal(name, 'scratch-nli-2x64');
    assert.deepEqual(rest, { task: 'nli', layers: 2, hidden: 64 });
    assert.equal(parseScratchName('smollm2-135m-instruct'), undefined);
  });

  for (const name of [
    'scratch-nli',
    'scratch-poems-2x64',
    'scratch-summarization-2x64',
    'scratch-nli-2x65',
    'scratch-nli-0x64',
    'scratch-nli-2x8192',
  ]) {
    it(`refuse ${name}`, () => {
      assert.throws(() => parseScratchName(name), /No model "scratch-.*expected scratch-<task>-<layers>x<hidden>/);
    });
  }
});
