// Text to token numbers and back, from a model's tokenizer.json.

import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { JsonObject } from './model-source.ts';

export interface EncodeOptions {
  /**
   * `recognised`: those written in the text become their tokens, none is added; for text from a chat template, which
   * writes its own. `added`: the tokenizer's beginning and end tokens besides.
   * @default 'recognised'
   */
  readonly specialTokens?: 'recognised' | 'added';
}

export interface DecodeOptions {
  /** @default 'kept' */
  readonly specialTokens?: 'kept' | 'dropped';
}

export interface TextTokenizer {
  readonly vocabularySize: number;
  /** The largest token number that text can turn into. */
  readonly largestToken: number;
  readonly encode: (text: string, options?: EncodeOptions) => number[];
  /** The text of `tokens`; bytes that are no whole UTF-8 sequence come as U+FFFD. */
  readonly decode: (tokens: readonly number[], options?: DecodeOptions) => string;
  /** Tokens that text names literally and that decoding can drop, such as `<|im_end|>`. */
  readonly specialTokens: ReadonlyMap<string, number>;
}

/**
 * @param tokenizerJson - the content of a Hugging Face tokenizer.json
 * @throws {PermanentError} `UnsupportedModel` for a tokenizer of a kind that cannot be run
 */
export function createTokenizer(tokenizerJson: JsonObject): TextTokenizer {
  const tokenizer = load(tokenizerJson);
  const allAdded = [...tokenizer.get_added_tokens_decoder().values()];
  const added = allAdded.filter((token) => token.special);
  const vocabulary = tokenizer.get_vocab();
  return {
    vocabularySize: vocabulary.size,
    largestToken: [...vocabulary.values(), ...allAdded.map(({ id }) => id)].reduce((a, b) => Math.max(a, b), -1),
    specialTokens: new Map(added.map((token) => [token.content, token.id])),
    encode: (text, { specialTokens = 'recognised' } = {}) =>
      tokenizer.encode(wellFormed(text), { add_special_tokens: specialTokens === 'added' }).ids,
    decode: (tokens, { specialTokens = 'kept' } = {}) =>
      tokens.length === 0 ? '' : tokenizer.decode([...tokens], { skip_special_tokens: specialTokens === 'dropped' }),
  };
}

/** What is used of the library, whose own type files do not resolve under Node's module rules. */
interface LibraryTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  decode(tokens: number[], options: { skip_special_tokens: boolean }): string;
  get_vocab(): Map<string, number>;
  get_added_tokens_decoder(): Map<number, { content: string; id: number; special: boolean }>;
}

const LoadedTokenizer = HuggingFaceTokenizer as unknown as new (
  json: JsonObject,
  config: JsonObject,
) => LibraryTokenizer;

function load(tokenizerJson: JsonObject): LibraryTokenizer {
  try {
    // transformers' clean-up of spaces would change text, so decoding never applies it.
    return new LoadedTokenizer(withUnicodeDigits(tokenizerJson), { clean_up_tokenization_spaces: false });
  } catch (error) {
    throw new PermanentError(
      FailureType.UnsupportedModel,
      `tokenizer.json cannot be run: ${error instanceof Error ? error.message : String(error)}. Expected a byte-level ` +
        'or byte-fallback tokenizer in the Hugging Face format.',
      { cause: error },
    );
  }
}

/**
 * `Digits` means every numeric character (Unicode category N) where tokenizers are trained, but ASCII digits only in the
 * library used here; a split by a pattern says the same and is run as trained.
 */
function withUnicodeDigits(tokenizerJson: JsonObject): JsonObject {
  const rewrite = (step: unknown): unknown => {
    if (typeof step !== 'object' || step === null) return step;
    const { type, individual_digits: individual, pretokenizers } = step as JsonObject;
    if (Array.isArray(pretokenizers)) return { ...step, pretokenizers: pretokenizers.map(rewrite) };
    if (type !== 'Digits') return step;
    const pattern = { Regex: individual === true ? '\\p{N}' : '\\p{N}+' };
    return { type: 'Split', pattern, behavior: 'Isolated', invert: false };
  };
  return { ...tokenizerJson, pre_tokenizer: rewrite(tokenizerJson['pre_tokenizer']) };
}

/** The lone halves of surrogate pairs that JavaScript allows have no UTF-8 form. */
function wellFormed(text: string): string {
  return /\p{Surrogate}/u.test(text) ? text.replace(/\p{Surrogate}/gu, '\ufffd') : text;
}
