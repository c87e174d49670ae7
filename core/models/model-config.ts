// What the graphs need to know of a language model, read from the config.json of a Hugging Face repository.
import type { Fields } from './config-fields.ts';
import { positive, refused } from './config-fields.ts';
import type { Window } from './layer-windows.ts';
import { noWindow, windowOfAll, windowOfSome } from './layer-windows.ts';
import { ropeDivisors, ropeParameters } from './rope-scaling.ts';

export interface ModelConfig {
  readonly architecture: Architecture;
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layerCount: number;
  readonly headCount: number;
  /** Heads that keys and values have; query heads share them in equal groups. */
  readonly keyValueHeadCount: number;
  readonly headSize: number;
  /** Tokens that one sequence may have. */
  readonly maximumLength: number;
  /** For each layer how far back it looks; null where that is as far as the sequence goes. */
  readonly layerWindows: readonly Window[];
  readonly ropeTheta: number;
  /** What each of the headSize / 2 rotary frequencies is divided by; null where nothing is scaled. */
  readonly ropeDivisors: readonly number[] | null;
  readonly normEpsilon: number;
  /** The output head is the embedding matrix. */
  readonly tiedHead: boolean;
  /** Which of the attention's four linear layers have a bias. */
  readonly attentionBias: 'none' | 'query-key-value' | 'all';
  /** Queries and keys are normalised per head before the rotation. */
  readonly queryKeyNorm: boolean;
}

export type Architecture = 'LlamaForCausalLM' | 'MistralForCausalLM' | 'Qwen2ForCausalLM' | 'Qwen3ForCausalLM';

interface Variant extends Pick<ModelConfig, 'attentionBias' | 'queryKeyNorm'> {
  readonly windows: (layerCount: number, fields: Fields, source: string) => Window[];
}

/** How each supported architecture departs from Llama. */
const variants: Record<Architecture, (fields: Fields) => Variant> = {
  LlamaForCausalLM: (fields) => ({ attentionBias: statedBias(fields), queryKeyNorm: false, windows: noWindow }),
  MistralForCausalLM: () => ({ attentionBias: 'none', queryKeyNorm: false, windows: windowOfAll }),
  Qwen2ForCausalLM: () => ({ attentionBias: 'query-key-value', queryKeyNorm: false, windows: windowOfSome }),
  Qwen3ForCausalLM: (fields) => ({ attentionBias: statedBias(fields), queryKeyNorm: true, windows: windowOfSome }),
};

function statedBias(fields: Fields): 'all' | 'none' {
  return fields['attention_bias'] === true ? 'all' : 'none';
}

/**
 * Reads a parsed config.json.
 * @param source - where it came from, for messages
 * @throws {PermanentError} `UnsupportedModel` for an architecture or a variation outside the supported ones, by name
 */
export function parseModelConfig(raw: unknown, source: string): ModelConfig {
  if (typeof raw !== 'object' || raw === null) throw refused(source, 'is not a JSON object');
  const fields = raw as Fields;
  const architecture = architectureOf(fields, source);
  refuseVariations(fields, source);
  const hiddenSize = positive(fields, 'hidden_size', source);
  const headCount = positive(fields, 'num_attention_heads', source);
  const keyValueHeadCount = positive(fields, 'num_key_value_heads', source, headCount);
  if (headCount % keyValueHeadCount !== 0) {
    throw refused(source, `${headCount} query heads cannot share ${keyValueHeadCount} key heads evenly`);
  }
  const { windows, ...variant } = variants[architecture](fields);
  const layerCount = positive(fields, 'num_hidden_layers', source);
  const headSize = positive(fields, 'head_dim', source, hiddenSize / headCount);
  const ropeTheta = positive({ ...fields, ...ropeParameters(fields) }, 'rope_theta', source, 10000);
  const maximumLength = positive(fields, 'max_position_embeddings', source);
  return {
    architecture,
    vocabularySize: positive(fields, 'vocab_size', source),
    hiddenSize,
    intermediateSize: positive(fields, 'intermediate_size', source),
    layerCount,
    headCount,
    keyValueHeadCount,
    headSize,
    maximumLength,
    layerWindows: windows(layerCount, fields, source).map((size) => (size && size < maximumLength ? size : null)),
    ropeTheta,
    ropeDivisors: ropeDivisors(fields, { headSize, theta: ropeTheta }, source),
    normEpsilon: positive(fields, 'rms_norm_eps', source, 1e-6),
    tiedHead: fields['tie_word_embeddings'] === true,
    ...variant,
  };
}

function architectureOf(fields: Fields, source: string): Architecture {
  const names = Array.isArray(fields['architectures']) ? fields['architectures'] : [];
  const found = names.find((name): name is Architecture => typeof name === 'string' && Object.hasOwn(variants, name));
  if (found) return found;
  const supported = Object.keys(variants).join(', ');
  throw refused(source, `architecture ${names.join(', ') || '(not stated)'} is not supported; supported: ${supported}`);
}

/** Variations that would change the numbers in silence if they were ignored. */
function refuseVariations(fields: Fields, source: string): void {
  const activation = fields['hidden_act'] ?? 'silu';
  if (activation !== 'silu')
    throw refused(source, `hidden_act ${JSON.stringify(activation)} is not supported; supported: silu`);
  if (fields['mlp_bias'] === true) throw refused(source, 'mlp_bias is not supported; set a model without it');
  const partial = { ...fields, ...ropeParameters(fields) }['partial_rotary_factor'] ?? 1;
  if (partial !== 1)
    throw refused(source, `partial_rotary_factor ${JSON.stringify(partial)} is not supported; supported: 1`);
}
