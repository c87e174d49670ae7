import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { trainedModel } from '../../../adapters/trainer/command/trained-files.ts';

async function folderOf(test: TestContext, ...names: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-trained-'));
  test.after(() => rm(folder, { recursive: true }));
  for (const name of names) await writeFile(join(folder, name), name);
  return folder;
}

describe('what a trainer left', () => {
  it('is a whole model, without what only the trainer needs', async (test) => {
    const shards = [
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
    ];
    const waste = ['training_args.bin', 'optimizer.pt', 'trainer_state.json', 'all_results.json', 'README.md'];
    const folder = await folderOf(test, 'config.json', 'tokenizer.json', 'spiece.model', ...shards, ...waste);
    const { form, files } = await trainedModel(folder);
    assert.equal(form, 'folder');
    assert.deepEqual(
      files.map(({ path }) => path),
      ['config.json', ...shards, 'spiece.model', 'tokenizer.json'],
    );
  });

  it('may be an adapter of the model', async (test) => {
    const folder = await folderOf(test, 'adapter_config.json', 'adapter_model.safetensors', 'tokenizer.json');
    assert.equal((await trainedModel(folder)).form, 'adapter');
  });

  it('is read piece by piece, also a shard of more than 2 GiB', async (test) => {
    const folder = await folderOf(test, 'config.json', 'model.safetensors');
    // A hole in the file: it takes no room on the disk.
    await truncate(join(folder, 'model.safetensors'), 2 ** 31 + 17);
    const { files } = await trainedModel(folder);
    let bytes = 0;
    for await (const { length } of files[1]!.pieces) {
      assert.ok(length <= 2 ** 20, `${length} bytes at once`);
      bytes += length;
      if (bytes > 2 ** 24) break;
    }
    assert.ok(bytes > 2 ** 24);
  });
});
