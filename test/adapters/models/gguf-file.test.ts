// What GGUF files say besides plain weights: K quantisations, scaled rotation, sliding windows.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openGguf } from '../../../adapters/models/gguf-file.ts';
import type { ModelSource } from '../../../adapters/models/model-source.ts';
import { parseModelConfig } from '../../../core/models/model-config.ts';
import { floatTensor, tinyModel, writeTinyGguf } from '../../helpers/tiny-gguf.ts';
import type { TinyGgufOptions, TinyTensor } from '../../helpers/tiny-gguf.ts';

interface GoldenBlocks {
  readonly name: string;
  readonly type: number;
  readonly stored: string;
  readonly float32: string;
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/models/quantization.json', import.meta.url), 'utf8'),
) as GoldenBlocks[];

let root: string;

before(async () => (root = await mkdtemp(join(tmpdir(), 'diffract-gguf-'))));
after(() => rm(root, { recursive: true }));

describe('openGguf', () => {
  const { hiddenSize, feedForwardSize } = tinyModel;
  const matrices = [
    ['Q4_K', 'blk.0.ffn_gate.weight', [feedForwardSize, hiddenSize], 'model.layers.0.mlp.gate_proj.weight'],
    ['Q5_K', 'blk.1.ffn_up.weight', [feedForwardSize, hiddenSize], 'model.layers.1.mlp.up_proj.weight'],
    ['Q6_K', 'blk.1.ffn_down.weight', [hiddenSize, feedForwardSize], 'model.layers.1.mlp.down_proj.weight'],
  ] as const;

  it('reads tensors of several K quantisations beside float32 ones, each from its place', async () => {
    const stored = matrices.map(([kind, name, shape]) => goldenTensor(kind, name, shape));
    await using source = await opened({ tensors: stored.map(({ tensor }) => tensor) });
    for (const [index, [, , shape, name]] of matrices.entries()) {
      const found = source.tensors.find((tensor) => tensor.name === name)!;
      assert.deepEqual(found.shape, shape);
      assert.deepEqual(await found.read(), stored[index]!.values);
    }
    await using plain = await opened({});
    const last = (from: ModelSource) => from.tensors.find(({ name }) => name === 'model.norm.weight')!.read();
    assert.deepEqual(await last(source), await last(plain));
  });

  it('takes rope_freqs.weight into the config as divisors, and not among the weights', async () => {
    const divisors = Float32Array.of(1, 1.25, 6.5, 8);
    await using source = await opened({ tensors: [floatTensor('rope_freqs.weight', [4], divisors)] });
    assert.deepEqual(configOf(source).ropeDivisors, [...divisors]);
    await using plain = await opened({});
    assert.deepEqual(
      source.tensors.map(({ name }) => name),
      plain.tensors.map(({ name }) => name),
    );
  });

  it('takes linear scaling alone and together with divisors', async () => {
    const entries = { 'llama.rope.scaling.type': { text: 'linear' }, 'llama.rope.scaling.factor': { float32: 2 } };
    await using alone = await opened({ entries });
    assert.deepEqual(configOf(alone).ropeDivisors, [2, 2, 2, 2]);
    const tensors = [floatTensor('rope_freqs.weight', [4], Float32Array.of(1, 1, 3, 4))];
    await using both = await opened({ entries, tensors });
    assert.deepEqual(configOf(both).ropeDivisors, [2, 2, 6, 8]);
  });

  it('takes no scaling of type none, whatever the factor', async () => {
    const entries = { 'llama.rope.scaling.type': { text: 'none' }, 'llama.rope.scaling.factor': { float32: 2 } };
    await using alone = await opened({ entries });
    await using plain = await opened({});
    assert.deepEqual(alone.config, plain.config);
    const tensors = [floatTensor('rope_freqs.weight', [4], Float32Array.of(1, 1, 3, 4))];
    await using divided = await opened({ entries, tensors });
    assert.deepEqual(configOf(divided).ropeDivisors, [1, 1, 3, 4]);
  });

  it('takes a Llama with a sliding window for the Mistral that it is', async () => {
    await using source = await opened({ entries: { 'llama.attention.sliding_window': { uint32: 64 } } });
    const config = configOf(source);
    assert.equal(config.architecture, 'MistralForCausalLM');
    assert.deepEqual(config.layerWindows, [64, 64]);
  });

  it('refuses by name what it does not compute', async () => {
    const refuses = async (entries: NonNullable<TinyGgufOptions['entries']>, message: RegExp): Promise<void> =>
      assert.rejects(opened({ entries }), { type: 'UnsupportedModel', message });
    await refuses({ 'general.architecture': { text: 'gemma2' } }, /"gemma2"; supported are llama, qwen2, qwen3/);
    await refuses(
      { 'llama.rope.scaling.type': { text: 'yarn' } },
      /scaling of type "yarn".*default, linear or Llama-3/,
    );
    await refuses({ 'llama.rope.dimension_count': { uint32: 4 } }, /rope\.dimension_count/);
    await refuses({ 'llama.expert_count': { uint32: 8 } }, /experts/);
    const [tensor] = [goldenTensor('Q4_K', 'blk.0.ffn_gate.weight', [feedForwardSize, hiddenSize]).tensor];
    await assert.rejects(opened({ tensors: [{ ...tensor, type: 10 }] }), {
      type: 'UnsupportedModel',
      message: /blk\.0\.ffn_gate\.weight.*Q2_K.*readable are F32, F16, .*Q6_K, BF16/,
    });
  });
});

/** Blocks of the golden file, again and again, as one tensor, and the values they stand for. */
function goldenTensor(
  kind: string,
  name: string,
  shape: readonly number[],
): { tensor: TinyTensor; values: Float32Array } {
  const { type, stored, float32 } = golden.find((blocks) => blocks.name === kind)!;
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const expected = new Float32Array(Uint8Array.from(Buffer.from(float32, 'hex')).buffer);
  const blocks = Buffer.from(stored, 'hex');
  const bytes = new Uint8Array((values.length / expected.length) * blocks.length);
  for (let index = 0; index < values.length; index++) values[index] = expected[index % expected.length]!;
  for (let index = 0; index < bytes.length; index++) bytes[index] = blocks[index % blocks.length]!;
  return { tensor: { name, shape, type, bytes }, values };
}

async function opened(options: TinyGgufOptions): Promise<ModelSource & AsyncDisposable> {
  const path = join(await mkdtemp(join(root, 'file-')), 'model.gguf');
  await writeTinyGguf(path, options);
  const source = await openGguf(path);
  return { ...source, [Symbol.asyncDispose]: source.close };
}

function configOf({ config }: ModelSource) {
  return parseModelConfig(config, 'config.json');
}
