// Decoders that have seen nothing: the config of a small Llama, and start weights that a key decides.

import type { ModelConfig } from '../models/model-config.ts';
import { parametersOf, type Parameter } from '../models/parameters.ts';
import { uniforms } from '../random/philox.ts';

export interface ScratchShape {
  readonly layers: number;
  /** A multiple of {@link scratchHeadSize}. */
  readonly hidden: number;
}

export interface StartTensor extends Parameter {
  /** Row by row. */
  readonly values: Float32Array;
}

/** Numbers of one attention head. */
export const scratchHeadSize = 16;

/** Tokens that a sequence may have. */
const maximumLength = 512;

/** The config.json of a Llama with SwiGLU layers of twice the hidden size and a head that is the embedding. */
export function scratchConfig({ layers, hidden }: ScratchShape, vocabularySize: number): Record<string, unknown> {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: vocabularySize,
    hidden_size: hidden,
    intermediate_size: 2 * hidden,
    num_hidden_layers: layers,
    num_attention_heads: hidden / scratchHeadSize,
    num_key_value_heads: hidden / scratchHeadSize,
    head_dim: scratchHeadSize,
    max_position_embeddings: maximumLength,
    hidden_act: 'silu',
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    tie_word_embeddings: true,
    torch_dtype: 'float32',
  };
}

/**
 * Start weights: norms are 1, all else is normal with mean 0 and standard deviation 0.4 / sqrt(hidden size), which is 0.05
 * at 64. Each tensor has a stream of its own, `<key>/<name>`, so that a model of more layers shares the first ones.
 */
export function startTensors(config: ModelConfig, key: string): readonly StartTensor[] {
  const deviation = 0.4 / Math.sqrt(config.hiddenSize);
  return parametersOf(config).map((parameter) => ({ ...parameter, values: startValues(parameter, deviation, key) }));
}

function startValues({ name, shape }: Parameter, deviation: number, key: string): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1);
  return shape.length === 1 ? new Float32Array(length).fill(1) : normals(`${key}/${name}`, length, deviation);
}

/** Box and Muller's transform of two uniforms at a time. */
function normals(key: string, count: number, deviation: number): Float32Array {
  const random = uniforms(key);
  const values = new Float32Array(count);
  for (let index = 0; index < count; index += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random.next()));
    const angle = 2 * Math.PI * random.next();
    values[index] = radius * Math.cos(angle);
    if (index + 1 < count) values[index + 1] = radius * Math.sin(angle);
  }
  return values;
}
