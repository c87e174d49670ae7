// What the graphs need to know of a language model, read from the config.json of a Hugging Face repository.
import { PermanentError } from '../../contracts/failures.ts';

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
  /** Tokens that one sequence may have; a sliding window, where one is in force, lowers it. */
  readonly maximumLength: number;
  readonly ropeTheta: number;
  readonly normEpsilon: number;
  /** The output head is the embedding matrix. */
  readonly tiedHead: boolean;
  /** Which of the attention's four linear layers have a bias. */
  readonly attentionBias: 'none' | 'query-key-value' | 'all';
  /** Queries and keys are normalised per head before the rotation. */
  readonly queryKeyNorm: boolean;
}

export type Architecture = 'LlamaForCausalLM' | 'MistralForCausalLM' | 'Qwen2ForCausalLM' | 'Qwen3ForCausalLM';

type Fields = Readonly<Record<string, unknown>>;

/** How each supported architecture departs from Llama. */
const variants: Record<Architecture, (fields: Fields) => Pick<ModelConfig, 'attentionBias' | 'queryKeyNorm'>> = {
  LlamaForCausalLM: (fields) => ({
    attentionBias: fields['attention_bias'] === true ? 'all' : 'none',
    queryKeyNorm: false,
  }),
  MistralForCausalLM: () => ({ attentionBias: 'none', queryKeyNorm: false }),
  Qwen2ForCausalLM: () => ({ attentionBias: 'query-key-value', queryKeyNorm: false }),
  Qwen3ForCausalLM: (fields) => ({
    attentionBias: fields['attention_bias'] === true ? 'all' : 'none',
    queryKeyNorm: true,
  }),
};

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
  return {
    architecture,
    vocabularySize: positive(fields, 'vocab_size', source),
    hiddenSize,
    intermediateSize: positive(fields, 'intermediate_size', source),
    layerCount: positive(fields, 'num_hidden_layers', source),
    headCount,
    keyValueHeadCount,
    headSize: positive(fields, 'head_dim', source, hiddenSize / headCount),
    maximumLength: maximumLength(fields, source),
    ropeTheta: positive({ ...fields, ...ropeParameters(fields) }, 'rope_theta', source, 10000),
    normEpsilon: positive(fields, 'rms_norm_eps', source, 1e-6),
    tiedHead: fields['tie_word_embeddings'] === true,
    ...variants[architecture](fields),
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
  const scaling = ropeParameters(fields);
  const kind = scaling['rope_type'] ?? scaling['type'] ?? 'default';
  if (kind !== 'default')
    throw refused(source, `rope scaling ${JSON.stringify(kind)} is not supported; supported: default`);
}

function ropeParameters(fields: Fields): Fields {
  return { ...((fields['rope_scaling'] ?? {}) as Fields), ...((fields['rope_parameters'] ?? {}) as Fields) };
}

function maximumLength(fields: Fields, source: string): number {
  const positions = positive(fields, 'max_position_embeddings', source);
  const window = fields['sliding_window'];
  return typeof window === 'number' && fields['use_sliding_window'] !== false ? Math.min(positions, window) : positions;
}

function positive(fields: Fields, name: string, source: string, otherwise?: number): number {
  const value = fields[name] ?? otherwise;
  if (typeof value === 'number' && value > 0) return value;
  throw refused(source, `${name} must be a number above 0, found ${JSON.stringify(fields[name])}`);
}

function refused(source: string, what: string): PermanentError {
  return new PermanentError('UnsupportedModel', `${source}: ${what}`);
}
