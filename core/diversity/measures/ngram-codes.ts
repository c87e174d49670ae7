// Word n-grams as dense numbers without hashing: an n-gram is the pair of its (n - 1)-gram and its last word, and pairs
// are numbered in sorted order. N-grams never cross the border between two texts.
import type { TextSet } from './text-set.ts';

/** The n-grams of one order. */
export interface NgramCodes {
  /** The n-grams of text t in order, each as a number below `distinct`: entries `starts[t]` to `starts[t + 1] - 1`. */
  readonly codes: Int32Array;
  readonly starts: Int32Array;
  readonly distinct: number;
}

/** The n-grams of order n >= 1; a text of fewer than n words has none. Cost: n sorts of all words. */
export function ngramCodes(texts: TextSet, n: number): NgramCodes {
  let shorter: NgramCodes = { codes: new Int32Array(texts.words.length), starts: texts.starts, distinct: 1 };
  for (let order = 1; order <= n; order++) shorter = extend(texts, shorter, order);
  return shorter;
}

/** How often each n-gram occurs, by number. */
export function ngramCounts({ codes, distinct }: NgramCodes): Int32Array {
  const counts = new Int32Array(distinct);
  for (const code of codes) counts[code] = counts[code]! + 1;
  return counts;
}

/** The distinct n-grams of one text, ascending, and how often each occurs in it. */
export function countsInText({ codes, starts }: NgramCodes, text: number): { codes: Int32Array; times: Int32Array } {
  const sorted = codes.slice(starts[text], starts[text + 1]).sort();
  const times = new Int32Array(sorted.length);
  let length = 0;
  for (const code of sorted) {
    if (length === 0 || sorted[length - 1] !== code) sorted[length++] = code;
    times[length - 1] = times[length - 1]! + 1;
  }
  return { codes: sorted.subarray(0, length), times: times.subarray(0, length) };
}

function extend(texts: TextSet, shorter: NgramCodes, order: number): NgramCodes {
  const textCount = texts.raw.length;
  const starts = new Int32Array(textCount + 1);
  for (let text = 0; text < textCount; text++) {
    const wordCount = texts.starts[text + 1]! - texts.starts[text]!;
    starts[text + 1] = starts[text]! + Math.max(0, wordCount - order + 1);
  }
  const keys = new Float64Array(starts[textCount]!);
  for (let text = 0; text < textCount; text++) {
    const lastWord = texts.starts[text]! + order - 1;
    const count = starts[text + 1]! - starts[text]!;
    for (let step = 0; step < count; step++) {
      const prefix = shorter.codes[shorter.starts[text]! + step]!;
      keys[starts[text]! + step] = prefix * texts.vocabulary + texts.words[lastWord + step]!;
    }
  }
  return { starts, ...rank(keys) };
}

function rank(keys: Float64Array): { codes: Int32Array; distinct: number } {
  const sorted = keys.slice().sort();
  let distinct = 0;
  for (const key of sorted) if (distinct === 0 || sorted[distinct - 1] !== key) sorted[distinct++] = key;
  const codes = new Int32Array(keys.length);
  for (let index = 0; index < keys.length; index++) codes[index] = placeOf(sorted, distinct, keys[index]!);
  return { codes, distinct };
}

function placeOf(sorted: Float64Array, length: number, key: number): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
