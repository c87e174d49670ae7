// llama.cpp as a second reader of the same file: it must load what tests make, and split text as we do.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { getLlama } from 'node-llama-cpp';
import { openModel } from '../../../adapters/models/model.ts';
import { writeTinyGguf } from '../../helpers/tiny-gguf.ts';

const native = { gpu: false, build: 'never', maxThreads: 1, progressLogs: false } as const;
const llama = await getLlama(native).catch((error: unknown) => error as Error);
const skip = llama instanceof Error ? `llama.cpp does not run here: ${llama.message}` : false;

describe('a tiny GGUF file', { skip }, () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'diffract-llama-'));
    process.env['DIFFRACT_CACHE'] = join(root, 'cache');
    await writeTinyGguf(join(root, 'tiny.gguf'));
  });
  after(async () => {
    if (!(llama instanceof Error)) await llama.dispose();
    await rm(root, { recursive: true });
  });

  it('has the same tokens for us as for llama.cpp, whatever the text', async () => {
    assert.ok(!(llama instanceof Error));
    const loaded = await llama.loadModel({ modelPath: join(root, 'tiny.gguf') });
    const { tokenizer } = await openModel({ gguf: join(root, 'tiny.gguf') });
    const golden = await readFile(new URL('../../golden/models/smollm2-tokens.json', import.meta.url), 'utf8');
    const { texts } = JSON.parse(golden) as { texts: { text: string }[] };
    for (const { text } of texts) {
      assert.deepEqual(tokenizer.encode(text), [...loaded.tokenize(text, true)], JSON.stringify(text));
    }
  });
});
