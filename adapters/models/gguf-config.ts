// config.json in Hugging Face form from a GGUF header.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { GgufMetadata } from './gguf-metadata.ts';
import type { JsonObject } from './model-source.ts';

const huggingFaceClasses: Readonly<Record<string, { readonly architecture: string; readonly modelType: string }>> = {
  llama: { architecture: 'LlamaForCausalLM', modelType: 'llama' },
  qwen2: { architecture: 'Qwen2ForCausalLM', modelType: 'qwen2' },
  qwen3: { architecture: 'Qwen3ForCausalLM', modelType: 'qwen3' },
};

/** The tensor of the divisors of the rotary frequencies, which are part of the config in Hugging Face form. */
export const ROPE_DIVISORS = 'rope_freqs.weight';

/**
 * @param tensorNames - GGUF names; a file without `output.weight` shares head and embedding
 * @param divisors - the values of {@link ROPE_DIVISORS}, where the file has it
 */
export function configFromGguf(
  metadata: GgufMetadata,
  tensorNames: ReadonlySet<string>,
  divisors: readonly number[] | null,
): JsonObject {
  const known = huggingFaceClasses[metadata.architecture];
  if (known === undefined) {
    throw new PermanentError(
      FailureType.UnsupportedModel,
      `${metadata.path} is of architecture "${metadata.architecture}"; supported are ` +
        `${Object.keys(huggingFaceClasses).join(', ')}. Use a model of one of these families.`,
    );
  }
  refuseUnsupported(metadata, tensorNames);
  const headCount = metadata.number('attention.head_count');
  const hiddenSize = metadata.number('embedding_length');
  const window = metadata.has('attention.sliding_window') ? metadata.number('attention.sliding_window') : null;
  const scaling = ropeScaling(metadata, divisors);
  return {
    // A Llama whose layers all have a window is what Mistral is; llama.cpp gives the two one name.
    ...(window === null
      ? { architectures: [known.architecture], model_type: known.modelType }
      : { architectures: ['MistralForCausalLM'], model_type: 'mistral', sliding_window: window }),
    hidden_act: 'silu',
    hidden_size: hiddenSize,
    intermediate_size: metadata.number('feed_forward_length'),
    num_hidden_layers: metadata.number('block_count'),
    num_attention_heads: headCount,
    num_key_value_heads: metadata.number('attention.head_count_kv', headCount),
    head_dim: metadata.number('attention.key_length', hiddenSize / headCount),
    vocab_size: metadata.texts('tokenizer.ggml.tokens').length,
    max_position_embeddings: metadata.number('context_length'),
    rms_norm_eps: metadata.number('attention.layer_norm_rms_epsilon'),
    rope_theta: metadata.number('rope.freq_base', 10_000),
    ...(scaling === null ? {} : { rope_scaling: scaling }),
    attention_bias: tensorNames.has('blk.0.attn_q.bias'),
    tie_word_embeddings: !tensorNames.has('output.weight'),
  };
}

/** LongRoPE with one list for short and long sequences says the same as the divisors, and transformers reads it. */
function ropeScaling(metadata: GgufMetadata, divisors: readonly number[] | null): JsonObject | null {
  const factor = scalingType(metadata) === 'none' ? 1 : metadata.number('rope.scaling.factor', 1);
  if (divisors === null) return factor === 1 ? null : { rope_type: 'linear', factor };
  const all = divisors.map((divisor) => divisor * factor);
  const original = metadata.number('rope.scaling.original_context_length', metadata.number('context_length'));
  return {
    rope_type: 'longrope',
    factor: 1,
    attention_factor: 1,
    original_max_position_embeddings: original,
    short_factor: all,
    long_factor: all,
  };
}

/** Linear is what a factor without a type means; with `none` a factor stands in the file to no effect. */
function scalingType(metadata: GgufMetadata): string {
  return metadata.has('rope.scaling.type') ? metadata.text('rope.scaling.type') : 'linear';
}

function refuseUnsupported(metadata: GgufMetadata, tensorNames: ReadonlySet<string>): void {
  const scaling = scalingType(metadata);
  const headSize = metadata.number(
    'attention.key_length',
    metadata.number('embedding_length') / metadata.number('attention.head_count'),
  );
  const windowed = metadata.has('attention.sliding_window');
  const unsupported = [
    ['none', 'linear'].includes(scaling) ? undefined : `rotary scaling of type "${scaling}"`,
    metadata.number('rope.scaling.attn_factor', 1) === 1 ? undefined : 'scaled attention (rope.scaling.attn_factor)',
    metadata.number('rope.dimension_count', headSize) === headSize
      ? undefined
      : 'rotation of a part of each head (rope.dimension_count)',
    metadata.number('expert_count', 0) > 0 ? 'experts (expert_count)' : undefined,
    windowed && (metadata.architecture !== 'llama' || tensorNames.has('blk.0.attn_q.bias'))
      ? 'a sliding window (attention.sliding_window), which is supported in architecture "llama" without biases'
      : undefined,
  ].filter((feature) => feature !== undefined);
  if (unsupported.length === 0) return;
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `${metadata.path} uses ${unsupported.join(' and ')}, which Diffract does not compute from a GGUF file; expected a ` +
      'Llama, Mistral, Qwen2 or Qwen3 decoder with default, linear or Llama-3 rotary scaling. Use another model, or ' +
      'its Hugging Face folder.',
  );
}
