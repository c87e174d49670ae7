// Word n-grams as 64-bit codes, so that millions of them fit a table. Two different n-grams of a million share a code with
// odds of 3e-8; whoever acts on a match looks at the words again.
import { finished } from './murmur.ts';
import type { WordCodes } from './word-codes.ts';

/** Fills `out` with the code of every run of `n` words, by start position; with none when there are fewer than `n` words. */
export function ngramCodes(words: WordCodes, n: number, out: WordCodes): void {
  out.count = 0;
  for (let start = 0; start + n <= words.count; start++) pushRun(words, start, start + n, out);
}

/** Adds the code of the words from `start` to before `end`. */
export function pushRun(words: WordCodes, start: number, end: number, out: WordCodes): void {
  let low = 0;
  let high = 0;
  for (let index = start; index < end; index++) {
    low = (Math.imul(low, 0x9e3779b1) + words.low[index]!) | 0;
    high = (Math.imul(high, 0xc2b2ae35) + words.high[index]!) | 0;
  }
  out.push(finished(low), finished(high));
}
