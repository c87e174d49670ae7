// config.json in Hugging Face form from a GGUF header.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { GgufMetadata } from './gguf-metadata.ts';
import type { JsonObject } from './model-source.ts';

const huggingFaceClasses: Readonly<Record<string, { readonly architecture: string; readonly modelType: string }>> = {
  llama: { architecture: 'LlamaForCausalLM', modelType: 'llama' },
  qwen2: { architecture: 'Qwen2ForCausalLM', modelType: 'qwen2' },
  qwen3: { architecture: 'Qwen3ForCausalLM', modelType: 'qwen3' },
};

/** @param tensorNames - GGUF names; a file without `output.weight` shares head and embedding */
export function configFromGguf(metadata: GgufMetadata, tensorNames: ReadonlySet<string>): JsonObject {
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
  return {
    architectures: [known.architecture],
    model_type: known.modelType,
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
    attention_bias: tensorNames.has('blk.0.attn_q.bias'),
    tie_word_embeddings: !tensorNames.has('output.weight'),
  };
}

function refuseUnsupported(metadata: GgufMetadata, tensorNames: ReadonlySet<string>): void {
  const unsupported = [
    tensorNames.has('rope_freqs.weight') ? 'scaled rotary frequencies (rope_freqs.weight)' : undefined,
    metadata.has('rope.scaling.factor') ? 'rotary scaling (rope.scaling.factor)' : undefined,
    metadata.number('expert_count', 0) > 0 ? 'experts (expert_count)' : undefined,
    metadata.has('attention.sliding_window') ? 'a sliding window (attention.sliding_window)' : undefined,
  ].filter((feature) => feature !== undefined);
  if (unsupported.length === 0) return;
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `${metadata.path} uses ${unsupported.join(' and ')}, which Diffract does not compute from a GGUF file; expected a ` +
      'plain Llama, Mistral, Qwen2 or Qwen3 decoder. Use another model, or its Hugging Face folder.',
  );
}
