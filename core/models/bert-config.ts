// What the graph needs to know of a BERT encoder, read from the config.json of a Hugging Face repository.
import type { Fields } from './config-fields.ts';
import { positive, refused } from './config-fields.ts';

export interface EncoderConfig {
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly headSize: number;
  /** Rows of the table of positions: the tokens that one text may have at most. */
  readonly positionCount: number;
  /** Rows of the table of token types, of which a single text uses the first. */
  readonly typeCount: number;
  readonly normEpsilon: number;
}

/** All of them hold the same encoder; what else a checkpoint has, such as a head or a pooler, is left out. */
export const encoderArchitectures: readonly string[] = [
  'BertModel',
  'BertForMaskedLM',
  'BertForPreTraining',
  'BertForSequenceClassification',
];

/**
 * Reads a parsed config.json.
 * @param source - where it came from, for messages
 * @throws {PermanentError} `UnsupportedModel` for an architecture or a variation outside the supported ones, by name
 */
export function parseEncoderConfig(raw: Fields, source: string): EncoderConfig {
  refuseOthers(raw, source);
  const size = (name: string, otherwise?: number): number => positive(raw, name, source, otherwise);
  const [hiddenSize, headCount] = [size('hidden_size'), size('num_attention_heads')];
  if (hiddenSize % headCount !== 0) {
    throw refused(source, `hidden_size ${hiddenSize} is no multiple of num_attention_heads ${headCount}`);
  }
  return {
    vocabularySize: size('vocab_size'),
    hiddenSize,
    intermediateSize: size('intermediate_size'),
    layerCount: size('num_hidden_layers'),
    headCount,
    headSize: hiddenSize / headCount,
    positionCount: size('max_position_embeddings'),
    typeCount: size('type_vocab_size'),
    normEpsilon: size('layer_norm_eps', 1e-12),
  };
}

/** Refuses what is no BERT, and variations that would change the numbers in silence if they were ignored. */
function refuseOthers(raw: Fields, source: string): void {
  const names = Array.isArray(raw['architectures']) ? (raw['architectures'] as unknown[]) : [];
  if (!names.some((name) => encoderArchitectures.includes(String(name)))) {
    const found = names.join(', ') || '(not stated)';
    throw refused(
      source,
      `architecture ${found} is not supported for embeddings; supported: ${encoderArchitectures.join(', ')}`,
    );
  }
  const supported = { hidden_act: 'gelu', position_embedding_type: 'absolute', is_decoder: false };
  for (const [name, expected] of Object.entries(supported)) {
    const found = raw[name] ?? expected;
    if (found !== expected) {
      throw refused(source, `${name} ${JSON.stringify(found)} is not supported; supported: ${String(expected)}`);
    }
  }
}
