// A tiny random Llama in the layout of an imported model: config.json, weights.bin, weights.json. Seeded, so always the same.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ModelConfig } from '../../core/models/model-config.ts';
import { parseModelConfig } from '../../core/models/model-config.ts';
import type { WeightTensor } from '../../core/models/parameters.ts';
import { parametersOf } from '../../core/models/parameters.ts';
import { uniforms } from '../../core/random/philox.ts';

export interface TinyModel {
  readonly folder: string;
  readonly config: ModelConfig;
  readonly tensors: readonly WeightTensor[];
  /** All of weights.bin, as numbers. */
  readonly weights: Float32Array;
}

/** config.json of the tiny model, in Hugging Face form. */
export const tinyConfig = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_act: 'silu',
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: true,
  vocab_size: 64,
};

/** Writes the model to `folder`; `overrides` change config.json. */
export async function writeTinyModel(folder: string, overrides: Record<string, unknown> = {}): Promise<TinyModel> {
  const raw = { ...tinyConfig, ...overrides };
  const config = parseModelConfig(raw, 'tiny config.json');
  const { tensors, weights } = randomWeights(config, 'tiny-model');
  await writeFile(join(folder, 'config.json'), JSON.stringify(raw, null, 2));
  await writeFile(join(folder, 'weights.json'), JSON.stringify({ tensors }, null, 2));
  await writeFile(join(folder, 'weights.bin'), new Uint8Array(weights.buffer));
  return { folder, config, tensors, weights };
}

/** The model in a folder of its own, which goes away with the test. */
export async function makeTinyModel(
  test: Pick<TestContext, 'after'>,
  overrides: Record<string, unknown> = {},
): Promise<TinyModel> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-tiny-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return writeTinyModel(folder, overrides);
}

/** Numbers in [-0.25, 0.25), around 1 for norm weights; every tensor starts at a multiple of 64 bytes. */
function randomWeights(config: ModelConfig, seed: string): { tensors: WeightTensor[]; weights: Float32Array } {
  const tensors: WeightTensor[] = [];
  let offset = 0;
  for (const { name, shape } of parametersOf(config)) {
    const length = shape.reduce((product, size) => product * size, 4);
    tensors.push({ name, shape, offset, length });
    offset = Math.ceil((offset + length) / 64) * 64;
  }
  const weights = new Float32Array(offset / 4);
  for (const { name, offset: start, length } of tensors) {
    const random = uniforms(`${seed}/${name}`);
    const centre = name.endsWith('norm.weight') ? 1 : 0;
    for (let index = 0; index < length / 4; index++) weights[start / 4 + index] = centre + (random.next() - 0.5) / 2;
  }
  return { tensors, weights };
}
