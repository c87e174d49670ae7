// Texts as directions of their words alone: counts weighted by rarity, signed hashing into a fixed number of places.

import { hashText } from '../text/murmur.ts';
import { words } from '../text/words.ts';
import type { RowMatrix } from '../diversity/row-matrix.ts';

/** Wide enough that two of a sentence's words rarely meet in one place. */
const places = 1024;

/**
 * One unit row a text: sqrt(count) x ln(texts / texts with the word) of every word, each added with its own sign at its own
 * place (Weinberger et al. 2009). A text without a word that tells it from others gets the first unit vector.
 */
export function wordSpace(texts: readonly string[]): RowMatrix {
  const counted = texts.map((text) => countsOf(words(text)));
  const holders = new Map<string, number>();
  for (const counts of counted) for (const word of counts.keys()) holders.set(word, (holders.get(word) ?? 0) + 1);
  const values = new Float32Array(texts.length * places);
  counted.forEach((counts, row) => {
    const own = new Float64Array(places);
    for (const [word, count] of counts) {
      const { low, high } = hashText(word);
      own[(low >>> 0) % places]! +=
        (high & 1 ? -1 : 1) * Math.sqrt(count) * Math.log(texts.length / holders.get(word)!);
    }
    const norm = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
    if (norm === 0) values[row * places] = 1;
    else
      values.set(
        Float32Array.from(own, (value) => value / norm),
        row * places,
      );
  });
  return { values, count: texts.length, dimension: places };
}

function countsOf(all: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of all) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
