import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openModel } from '../../../adapters/models/model.ts';
import { prepareModel } from '../../../adapters/models/prepare.ts';
import type { WeightTensor } from '../../../core/models/parameters.ts';
import { tinyModel, writeTinyGguf } from '../../helpers/tiny-gguf.ts';
import { writeSafetensors } from '../../helpers/safetensors.ts';
import type { StoredTensor } from '../../helpers/safetensors.ts';

let root: string;
let ggufPath: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'diffract-prepare-'));
  process.env['DIFFRACT_CACHE'] = join(root, 'cache');
  ggufPath = join(root, 'tiny.gguf');
  await writeTinyGguf(ggufPath);
});
after(() => rm(root, { recursive: true }));

describe('prepareModel of a GGUF file', () => {
  it('writes every tensor under its Hugging Face name at a multiple of 64 bytes', async () => {
    const { folder, weights } = await prepareModel({ gguf: ggufPath });
    assert.equal(weights.tensors.length, 2 + 9 * tinyModel.layerCount);
    assert.deepEqual(find(weights.tensors, 'model.embed_tokens.weight').shape, [287, 32]);
    assert.deepEqual(find(weights.tensors, 'model.layers.1.self_attn.k_proj.weight').shape, [16, 32]);
    for (const { name, shape, offset, length } of weights.tensors) {
      assert.equal(offset % 64, 0, name);
      assert.equal(length, 4 * shape.reduce((product, size) => product * size, 1), name);
    }
    const bytes = await readFile(join(folder, 'weights.bin'));
    assert.equal(weights.bytes, bytes.length);
    assert.equal(weights.sha256, createHash('sha256').update(bytes).digest('hex'));
    assert.deepEqual((await readdir(folder)).sort(), [
      'chat-template.jinja',
      'config.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'weights.bin',
      'weights.json',
    ]);
  });

  it('writes the config in Hugging Face form, with a float32 epsilon as it was meant', async () => {
    const { config } = await openModel({ gguf: ggufPath });
    assert.deepEqual(config, {
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      hidden_act: 'silu',
      hidden_size: 32,
      intermediate_size: 64,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      head_dim: 8,
      vocab_size: 287,
      max_position_embeddings: 512,
      rms_norm_eps: 1e-5,
      rope_theta: 10_000,
      attention_bias: false,
      tie_word_embeddings: true,
    });
  });

  it('finds what is prepared, and prepares again when the file changed', async () => {
    const path = join(root, 'changing.gguf');
    await writeTinyGguf(path);
    const first = await prepareModel({ gguf: path });
    const { mtimeMs } = await stat(join(first.folder, 'weights.bin'));
    const second = await prepareModel({ gguf: path });
    assert.equal((await stat(join(second.folder, 'weights.bin'))).mtimeMs, mtimeMs);
    await writeTinyGguf(path, { seed: 'other' });
    await utimes(path, new Date(), new Date(Date.now() + 5_000));
    const third = await prepareModel({ gguf: path });
    assert.equal(third.folder, first.folder);
    assert.notEqual(third.weights.sha256, first.weights.sha256);
  });

  it('prepares once when several ask at the same time', async () => {
    const path = join(root, 'shared.gguf');
    await writeTinyGguf(path);
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => prepareModel({ gguf: path })));
    assert.deepEqual(second, first);
    assert.deepEqual(third, first);
  });

  it('takes a path as text too, and says what a text may be', async () => {
    assert.deepEqual(await prepareModel(ggufPath), await prepareModel({ gguf: ggufPath }));
    await assert.rejects(prepareModel('Qwen/Qwen3-0.6B'), {
      type: 'MissingModel',
      message: /expected a folder or file at .*Qwen3-0\.6B, or the repository .*Pull it: diffract models pull Qwen/,
    });
    await assert.rejects(prepareModel('./Qwen3-0.6B'), {
      type: 'MissingModel',
      message: /nothing lies at .*Qwen3-0\.6B; expected a Hugging Face folder, a GGUF file, or one of smollm2/,
    });
    await assert.rejects(prepareModel('gpt-9'), { type: 'MissingModel', message: /No model is named "gpt-9"/ });
  });

  it('refuses a file that is no GGUF, one that is cut short, and one that is absent', async () => {
    const path = join(root, 'broken.gguf');
    await writeFile(path, 'not a model');
    await assert.rejects(prepareModel({ gguf: path }), { type: 'CorruptModel', message: /cannot be read as GGUF/ });
    await writeTinyGguf(path);
    await truncate(path, (await stat(path)).size - 1_000);
    await assert.rejects(prepareModel({ gguf: path }), { type: 'CorruptModel', message: /cut short/ });
    await assert.rejects(prepareModel({ gguf: join(root, 'absent.gguf') }), { type: 'MissingModel' });
  });
});

describe('prepareModel of a Hugging Face folder', () => {
  it('gives the same model as the GGUF file, from one file or from shards', async () => {
    const fromGguf = await prepareModel({ gguf: ggufPath });
    const tensors = await readTensors(fromGguf.folder, fromGguf.weights.tensors);
    const whole = await huggingFaceFolder('whole', fromGguf.folder);
    await writeSafetensors(join(whole, 'model.safetensors'), tensors);
    const sharded = await huggingFaceFolder('sharded', fromGguf.folder);
    await writeSafetensors(join(sharded, 'a.safetensors'), tensors.slice(0, 5));
    await writeSafetensors(join(sharded, 'b.safetensors'), tensors.slice(5));
    const shardOf = tensors.map(({ name }, index) => [name, index < 5 ? 'a.safetensors' : 'b.safetensors']);
    await writeFile(
      join(sharded, 'model.safetensors.index.json'),
      JSON.stringify({ weight_map: Object.fromEntries(shardOf) as unknown }),
    );
    for (const folder of [whole, sharded]) {
      const prepared = await prepareModel(folder);
      assert.equal(prepared.weights.sha256, fromGguf.weights.sha256);
      assert.deepEqual(prepared.weights.tensors, fromGguf.weights.tensors);
    }
  });

  it('stores a tied head once and reads halves and bfloat16', async () => {
    const fromGguf = await prepareModel({ gguf: ggufPath });
    const folder = await huggingFaceFolder('halves', fromGguf.folder);
    await writeSafetensors(join(folder, 'model.safetensors'), [
      { name: 'model.norm.weight', dtype: 'F16', shape: [2], bytes: Buffer.from('003c00c0', 'hex') },
      { name: 'model.embed_tokens.weight', dtype: 'BF16', shape: [1, 2], bytes: Buffer.from('803fc0bf', 'hex') },
      { name: 'lm_head.weight', dtype: 'BF16', shape: [1, 2], bytes: Buffer.from('803fc0bf', 'hex') },
    ]);
    const prepared = await prepareModel({ folder });
    const [norm, embedding] = await readTensors(prepared.folder, prepared.weights.tensors);
    assert.equal(prepared.weights.tensors.length, 2);
    assert.deepEqual([...floats(norm)], [1, -2]);
    assert.deepEqual([...floats(embedding)], [1, -1.5]);
  });

  it('prepares again when a file beside the weights changed', async () => {
    const fromGguf = await prepareModel({ gguf: ggufPath });
    const folder = await huggingFaceFolder('described', fromGguf.folder);
    await writeSafetensors(
      join(folder, 'model.safetensors'),
      await readTensors(fromGguf.folder, fromGguf.weights.tensors),
    );
    await openModel({ folder });
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as object;
    await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, rope_theta: 50_000 }));
    assert.equal((await openModel({ folder })).config['rope_theta'], 50_000);
  });

  it('names what is missing or unreadable', async () => {
    const fromGguf = await prepareModel({ gguf: ggufPath });
    const folder = await huggingFaceFolder('missing', fromGguf.folder);
    await assert.rejects(prepareModel({ folder }), { type: 'MissingModel', message: /model\.safetensors/ });
    const integers = [{ name: 'a', dtype: 'I8', shape: [1], bytes: Buffer.alloc(1) }];
    await writeSafetensors(join(folder, 'model.safetensors'), integers);
    await assert.rejects(prepareModel({ folder }), { type: 'UnsupportedModel', message: /"a".*I8.*F32, F16, BF16/ });
    await writeSafetensors(join(folder, 'model.safetensors'), [{ ...integers[0]!, dtype: 'F32' }]);
    await assert.rejects(prepareModel({ folder }), { type: 'CorruptModel' });
    await writeFile(join(folder, 'model.safetensors'), Buffer.alloc(8, 255));
    await assert.rejects(prepareModel({ folder }), { type: 'CorruptModel' });
    await rm(join(folder, 'config.json'));
    await assert.rejects(prepareModel({ folder }), { type: 'MissingModel', message: /config\.json/ });
  });
});

describe('openModel', () => {
  it('refuses weights that changed after they were prepared', async () => {
    const path = join(root, 'rotten.gguf');
    await writeTinyGguf(path);
    const { folder } = await openModel({ gguf: path });
    const bytes = await readFile(join(folder, 'weights.bin'));
    bytes[1_000]! ^= 1;
    await writeFile(join(folder, 'weights.bin'), bytes);
    await assert.rejects(openModel({ gguf: path }), { type: 'CorruptModel', message: /found sha256 .* expected / });
  });

  it('tells how to get a catalog model that was not pulled', async () => {
    await assert.rejects(openModel('smollm2-135m-instruct'), {
      type: 'MissingModel',
      message: /diffract models pull smollm2-135m-instruct/,
    });
  });
});

function find(tensors: readonly WeightTensor[], name: string): WeightTensor {
  const found = tensors.find((tensor) => tensor.name === name);
  assert.ok(found, `no tensor ${name}`);
  return found;
}

async function readTensors(folder: string, tensors: readonly WeightTensor[]): Promise<StoredTensor[]> {
  const bytes = await readFile(join(folder, 'weights.bin'));
  return tensors.map(({ name, shape, offset, length }) => {
    return { name, dtype: 'F32', shape, bytes: bytes.subarray(offset, offset + length) };
  });
}

function floats(tensor: StoredTensor | undefined): Float32Array {
  assert.ok(tensor);
  return new Float32Array(Uint8Array.from(tensor.bytes).buffer);
}

/** A folder with everything but weights, taken from a prepared one. */
async function huggingFaceFolder(name: string, prepared: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  for (const file of ['config.json', 'tokenizer.json'])
    await writeFile(join(folder, file), await readFile(join(prepared, file)));
  const tokenizerConfig = JSON.parse(await readFile(join(prepared, 'tokenizer_config.json'), 'utf8')) as object;
  const chatTemplate = await readFile(join(prepared, 'chat-template.jinja'), 'utf8');
  await writeFile(
    join(folder, 'tokenizer_config.json'),
    JSON.stringify({ ...tokenizerConfig, bos_token: { content: '<|im_start|>' }, chat_template: chatTemplate }),
  );
  return folder;
}
