// tokenizer.json in Hugging Face form from a GGUF header: byte-level BPE, with the splitting rule that the header
// names.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { GgufMetadata } from './gguf-metadata.ts';
import type { JsonObject } from './model-source.ts';

/** Kinds of token in a GGUF vocabulary; text can name control and user-defined ones literally. */
export const tokenKinds = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const;

const byteLevelOnly = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
const gpt2Split = { ...byteLevelOnly, use_regex: true };

/** What comes before the merges, by the name in `tokenizer.ggml.pre`. */
export const splittingRules: Readonly<
  Record<string, { readonly normalizer: JsonObject | null; readonly split: JsonObject[] }>
> = {
  'gpt-2': { normalizer: null, split: [gpt2Split] },
  smollm: { normalizer: null, split: [{ type: 'Digits', individual_digits: true }, gpt2Split] },
  qwen2: { normalizer: { type: 'NFC' }, split: [wordSplit('\\p{N}'), byteLevelOnly] },
  'llama-bpe': { normalizer: null, split: [wordSplit('\\p{N}{1,3}'), byteLevelOnly] },
};

export interface GgufTokenizer {
  readonly tokenizer: JsonObject;
  readonly tokenizerConfig: JsonObject;
  readonly chatTemplate: string;
}

/** @throws {PermanentError} `UnsupportedModel` for a tokenizer that is not byte-level BPE with a known splitting rule */
export function tokenizerFromGguf(metadata: GgufMetadata): GgufTokenizer {
  const rule = splittingRule(metadata);
  const tokens = metadata.texts('tokenizer.ggml.tokens');
  const types = metadata.numbers('tokenizer.ggml.token_type');
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(tokens, types),
    normalizer: rule.normalizer,
    pre_tokenizer: { type: 'Sequence', pretokenizers: rule.split },
    post_processor: beginningOfSequence(metadata, tokens),
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: metadata.text('tokenizer.ggml.pre') === 'llama-bpe',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: metadata.texts('tokenizer.ggml.merges'),
    },
  };
  return { tokenizer, tokenizerConfig: tokenizerConfig(metadata, tokens), chatTemplate: chatTemplate(metadata) };
}

function splittingRule(metadata: GgufMetadata): (typeof splittingRules)[string] & object {
  const model = metadata.text('tokenizer.ggml.model');
  const name = metadata.has('tokenizer.ggml.pre') ? metadata.text('tokenizer.ggml.pre') : 'none';
  const rule = model === 'gpt2' ? splittingRules[name] : undefined;
  if (rule !== undefined) return rule;
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `${metadata.path} has a tokenizer of model "${model}" with splitting rule "${name}"; expected model "gpt2" with ` +
      `${Object.keys(splittingRules).join(', ')}. Use the Hugging Face folder of this model, which has tokenizer.json.`,
  );
}

function wordSplit(digits: string): JsonObject {
  const pattern =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" +
    `${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
  return { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false };
}

function addedTokens(tokens: readonly string[], types: readonly number[]): JsonObject[] {
  return tokens.flatMap((content, id) => {
    const special = types[id] === tokenKinds.control;
    if (!special && types[id] !== tokenKinds.userDefined) return [];
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
}

function beginningOfSequence(metadata: GgufMetadata, tokens: readonly string[]): JsonObject | null {
  if (!metadata.flag('tokenizer.ggml.add_bos_token', false)) return null;
  const id = metadata.number('tokenizer.ggml.bos_token_id');
  const token = tokens[id] ?? '';
  return {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: token, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
}

function tokenizerConfig(metadata: GgufMetadata, tokens: readonly string[]): JsonObject {
  const named = (key: string): string | null => {
    const id = metadata.number(`tokenizer.ggml.${key}_token_id`, -1);
    return tokens[id] ?? null;
  };
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    bos_token: named('bos'),
    eos_token: named('eos'),
    unk_token: named('unknown'),
    pad_token: named('padding'),
    clean_up_tokenization_spaces: false,
  };
}

function chatTemplate(metadata: GgufMetadata): string {
  if (metadata.has('tokenizer.chat_template')) return metadata.text('tokenizer.chat_template');
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `${metadata.path} carries no chat template (tokenizer.chat_template); Diffract needs an instruction-tuned model. ` +
      'Use its instruct form.',
  );
}
