// A model as one GGUF file of float32 that llama.cpp serves.

import { open } from 'node:fs/promises';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { ggufName, permuteRotaryRows, rotaryHeadCount } from '../../core/models/gguf-names.ts';
import { parseModelConfig } from '../../core/models/model-config.ts';
import type { Architecture, ModelConfig } from '../../core/models/model-config.ts';
import { bytesOf } from '../../core/training/safetensors-table.ts';
import { ROPE_DIVISORS } from './gguf-config.ts';
import { encodeGgufHeader, paddingAfter } from './gguf-encoding.ts';
import type { GgufValue } from './gguf-encoding.ts';
import { vocabularyEntries } from './gguf-vocabulary.ts';
import type { SourceTensor } from './model-source.ts';
import type { WholeModel } from './whole-model.ts';

/** llama.cpp knows Mistral as a Llama. */
const architectureNames: Readonly<Record<Architecture, string>> = {
  LlamaForCausalLM: 'llama',
  MistralForCausalLM: 'llama',
  Qwen2ForCausalLM: 'qwen2',
  Qwen3ForCausalLM: 'qwen3',
};

/**
 * Writes the file, one tensor in memory at a time.
 * @param name - how the file names the model
 * @throws {PermanentError} `UnsupportedModel` for a tokenizer or a variation that a GGUF file cannot state
 */
export async function writeGguf(path: string, name: string, model: WholeModel): Promise<void> {
  const config = parseModelConfig(model.config, 'config.json of the student');
  const architecture = architectureNames[config.architecture];
  refuseUnstated(config, architecture);
  const tensors = [...model.tensors.map((tensor) => stored(tensor, config, architecture)), ...divisorTensor(config)];
  const entries = [...modelEntries(config, architecture, name), ...vocabularyEntries(model, config.vocabularySize)];
  const file = await open(path, 'w');
  try {
    await file.writeFile(encodeGgufHeader(entries, tensors));
    for (const tensor of tensors) {
      const bytes = bytesOf(await tensor.read());
      await file.writeFile(bytes);
      await file.writeFile(paddingAfter(bytes.length));
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

function modelEntries(config: ModelConfig, architecture: string, name: string): [string, GgufValue][] {
  const own = (key: string, value: GgufValue): [string, GgufValue] => [`${architecture}.${key}`, value];
  const linear = linearFactor(config);
  return [
    ['general.architecture', { text: architecture }],
    ['general.name', { text: name }],
    ['general.file_type', { uint32: 0 }],
    own('vocab_size', { uint32: config.vocabularySize }),
    own('context_length', { uint32: config.maximumLength }),
    own('embedding_length', { uint32: config.hiddenSize }),
    own('block_count', { uint32: config.layerCount }),
    own('feed_forward_length', { uint32: config.intermediateSize }),
    own('attention.head_count', { uint32: config.headCount }),
    own('attention.head_count_kv', { uint32: config.keyValueHeadCount }),
    own('attention.key_length', { uint32: config.headSize }),
    own('attention.value_length', { uint32: config.headSize }),
    own('attention.layer_norm_rms_epsilon', { float32: config.normEpsilon }),
    own('rope.dimension_count', { uint32: config.headSize }),
    own('rope.freq_base', { float32: config.ropeTheta }),
    ...(linear === null
      ? []
      : [own('rope.scaling.type', { text: 'linear' }), own('rope.scaling.factor', { float32: linear })]),
  ];
}

function stored(tensor: SourceTensor, config: ModelConfig, architecture: string): SourceTensor {
  const heads = { query: config.headCount, key: config.keyValueHeadCount };
  const headCount = rotaryHeadCount(architecture, tensor.name, heads);
  const name = ggufName(tensor.name);
  if (headCount === undefined) return { ...tensor, name };
  return { ...tensor, name, read: async () => permuteRotaryRows(await tensor.read(), tensor.shape[0] ?? 0, headCount) };
}

/** All rotary frequencies divided by one number; null where they are not divided, or not all by the same. */
function linearFactor({ ropeDivisors }: ModelConfig): number | null {
  const [first] = ropeDivisors ?? [];
  return first !== undefined && ropeDivisors?.every((divisor) => divisor === first) ? first : null;
}

function divisorTensor(config: ModelConfig): SourceTensor[] {
  const { ropeDivisors } = config;
  if (ropeDivisors === null || linearFactor(config) !== null) return [];
  const read = (): Promise<Float32Array> => Promise.resolve(Float32Array.from(ropeDivisors));
  return [{ name: ROPE_DIVISORS, shape: [ropeDivisors.length], read }];
}

/** What llama.cpp would compute otherwise, in silence, or not load. */
function refuseUnstated(config: ModelConfig, architecture: string): void {
  const scaled = config.ropeDivisors !== null && linearFactor(config) === null;
  const found = [
    config.layerWindows.some((window) => window !== null) ? 'a sliding window' : null,
    scaled && architecture !== 'llama' ? 'rotary scaling that is not linear' : null,
    config.attentionBias !== 'none' && architecture === 'qwen3' ? 'biases of its attention' : null,
  ].find((feature) => feature !== null);
  if (found === undefined) return;
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `The student, a ${config.architecture}, has ${found}, which a GGUF file of architecture "${architecture}" does not state. ` +
      'Write it as a Hugging Face folder.',
  );
}
