// Models that must not be used: cut short, with weights that are no numbers, with the tokenizer of another model.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openModel } from '../../../adapters/models/model.ts';
import { prepareModel } from '../../../adapters/models/prepare.ts';
import type { StoredTensor } from '../../helpers/safetensors.ts';
import { tinyFolders } from '../../helpers/tiny-folder.ts';
import type { TinyFolders } from '../../helpers/tiny-folder.ts';
import { floatTensor, tinyModel, writeTinyGguf } from '../../helpers/tiny-gguf.ts';

let root: string;
let tiny: TinyFolders;
let tensors: readonly StoredTensor[];

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'diffract-damaged-'));
  process.env['DIFFRACT_CACHE'] = join(root, 'cache');
  tiny = await tinyFolders(root);
  tensors = tiny.tensors;
});
after(() => rm(root, { recursive: true }));

describe('safetensors that are cut short', () => {
  it('are refused by the name of the file: one file', async () => {
    const folder = await folderOf('single', { 'model.safetensors': tensors });
    await cut(join(folder, 'model.safetensors'), 100);
    await assert.rejects(prepareModel({ folder }), {
      type: 'CorruptModel',
      message: /single\/model\.safetensors is damaged or cut short: found tensor/,
    });
  });

  it('are refused by the name of the file: one shard of two', async () => {
    const shards = { 'a.safetensors': tensors.slice(0, 5), 'b.safetensors': tensors.slice(5) };
    const folder = await folderOf('sharded', shards);
    await prepareModel({ folder });
    await cut(join(folder, 'b.safetensors'), 100);
    await assert.rejects(prepareModel({ folder }), {
      type: 'CorruptModel',
      message: /sharded\/b\.safetensors is damaged or cut short: found tensor/,
    });
    await truncate(join(folder, 'b.safetensors'), 50);
    await assert.rejects(prepareModel({ folder }), { type: 'CorruptModel', message: /b\.safetensors.*a table of/ });
    await rm(join(folder, 'b.safetensors'));
    await assert.rejects(prepareModel({ folder }), { type: 'MissingModel', message: /b\.safetensors/ });
  });
});

describe('weights that are no finite numbers', () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    it(`are refused with the tensor's name: ${value} in safetensors`, async () => {
      const damaged = tensors.map((tensor) => ({ ...tensor, bytes: Uint8Array.from(tensor.bytes) }));
      new Float32Array(damaged[3]!.bytes.buffer)[7] = value;
      const folder = await folderOf(`finite-${value}`, { 'model.safetensors': damaged });
      await assert.rejects(prepareModel({ folder }), {
        type: 'CorruptModel',
        message: new RegExp(`"${damaged[3]!.name}" has ${value} at place 7 of ${damaged[3]!.bytes.length / 4};`),
      });
    });
  }

  it('are refused in GGUF files too, and nothing is left that counts as prepared', async () => {
    const path = join(root, 'nan.gguf');
    const { hiddenSize } = tinyModel;
    const tensor = floatTensor('output_norm.weight', [hiddenSize], new Float32Array(hiddenSize).fill(NaN));
    await writeTinyGguf(path, { tensors: [tensor] });
    const refusal = { type: 'CorruptModel', message: /"model\.norm\.weight" has NaN at place 0/ };
    await assert.rejects(prepareModel({ gguf: path }), refusal);
    await assert.rejects(prepareModel({ gguf: path }), refusal);
    const folders = (await readdir(join(root, 'cache', 'models'))).filter((name) => name.startsWith('nan-'));
    assert.deepEqual(await readdir(join(root, 'cache', 'models', folders[0]!)), []);
  });
});

describe('a tokenizer that does not fit the model', () => {
  it('is refused with both numbers when it has tokens that the model does not know', async () => {
    const folder = await folderOf('small', { 'model.safetensors': tensors });
    await changeVocabulary(folder, 280);
    await assert.rejects(openModel({ folder }), {
      type: 'UnsupportedModel',
      message: /tokens up to 286, but the model knows 280 tokens \(vocab_size/,
    });
  });

  it('is no matter when the model has room for more', async () => {
    const folder = await folderOf('large', { 'model.safetensors': tensors });
    await changeVocabulary(folder, 320);
    assert.equal((await openModel({ folder })).tokenizer.largestToken, 286);
  });
});

async function cut(path: string, bytes: number): Promise<void> {
  await truncate(path, (await stat(path)).size - bytes);
}

async function changeVocabulary(folder: string, size: number): Promise<void> {
  const path = join(folder, 'config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...config, vocab_size: size }));
}

async function folderOf(name: string, files: Readonly<Record<string, readonly StoredTensor[]>>): Promise<string> {
  const folder = join(root, name);
  await tiny.write(folder, files);
  return folder;
}
