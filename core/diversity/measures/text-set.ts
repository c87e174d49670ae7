// The texts of a set as measures read them: the text as it is, and its words as numbers, four bytes each.
import { words } from '../../text/words.ts';

/** Texts with their words as numbers; equal words have equal numbers. At most some 5e8 words. */
export interface TextSet {
  readonly raw: readonly string[];
  /** The words of all texts, one text after another. */
  readonly words: Int32Array;
  /** Text t has the words `starts[t]` to `starts[t + 1] - 1`; one more entry than texts. */
  readonly starts: Int32Array;
  /** Word numbers are below this. */
  readonly vocabulary: number;
}

/**
 * The text of a sample is its prompt, a line break and its completion; its words are those of `core/text/words.ts`: runs of
 * letters, marks and digits after NFKC and lower-casing, one word a character in scripts written without blanks.
 */
export function readTexts(samples: readonly { readonly prompt: string; readonly completion: string }[]): TextSet {
  const numbers = new Map<string, number>();
  const raw = samples.map(({ prompt, completion }) => `${prompt}\n${completion}`);
  const parts = raw.map((text) =>
    Int32Array.from(words(text), (word) => {
      const number = numbers.get(word) ?? numbers.size;
      if (number === numbers.size) numbers.set(word, number);
      return number;
    }),
  );
  return joinParts(raw, parts, numbers.size);
}

/** The named texts in the given order; word numbers stay. */
export function gatherTexts(texts: TextSet, indices: readonly number[]): TextSet {
  const parts = indices.map((index) => wordsOf(texts, index));
  return joinParts(
    indices.map((index) => texts.raw[index]!),
    parts,
    texts.vocabulary,
  );
}

/** The words of one text, sharing memory with the set. */
export function wordsOf(texts: TextSet, index: number): Int32Array {
  return texts.words.subarray(texts.starts[index], texts.starts[index + 1]);
}

function joinParts(raw: readonly string[], parts: readonly Int32Array[], vocabulary: number): TextSet {
  const starts = new Int32Array(parts.length + 1);
  parts.forEach((part, index) => {
    starts[index + 1] = starts[index]! + part.length;
  });
  const joined = new Int32Array(starts[parts.length]!);
  parts.forEach((part, index) => {
    joined.set(part, starts[index]);
  });
  return { raw, words: joined, starts, vocabulary };
}
