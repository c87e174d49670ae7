// BERT's own rules for text, where the tokenizer library departs from the one that vocabularies were made with.
import type { JsonObject } from './model-source.ts';

/** Each is a word of its own. The library sees those of 16 bits only, and before they are decomposed. */
const ideographs =
  '[\\u{3400}-\\u{4dbf}\\u{4e00}-\\u{9fff}\\u{f900}-\\u{faff}\\u{20000}-\\u{2a6df}\\u{2a700}-\\u{2b73f}' +
  '\\u{2b740}-\\u{2b81f}\\u{2b920}-\\u{2ceaf}\\u{2f800}-\\u{2fa1f}]';

/**
 * A tokenizer.json that gives the token numbers of the Rust library for every character that both know, which is all but
 * some signs added to Unicode since its tables were made. Other kinds of tokenizers come back as they are.
 */
export function withBertRules(tokenizerJson: JsonObject): JsonObject {
  const { normalizer, pre_tokenizer: preTokenizer } = tokenizerJson as Record<string, JsonObject | null>;
  if (normalizer?.['type'] !== 'BertNormalizer' || preTokenizer?.['type'] !== 'BertPreTokenizer') return tokenizerJson;
  const isolated = { type: 'Split', pattern: { Regex: ideographs }, behavior: 'Isolated', invert: false };
  const splits = normalizer['handle_chinese_chars'] === true ? [isolated, preTokenizer] : [preTokenizer];
  // Lower case is taken letter by letter there, so a sigma at the end of a word gets no other form.
  const sigma = { type: 'Replace', pattern: { String: '\u03a3' }, content: '\u03c3' };
  const steps = normalizer['lowercase'] === true ? [sigma, normalizer] : [normalizer];
  return {
    ...tokenizerJson,
    normalizer: { type: 'Sequence', normalizers: steps },
    pre_tokenizer: { type: 'Sequence', pretokenizers: splits },
  };
}
