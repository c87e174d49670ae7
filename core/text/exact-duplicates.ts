// Exact duplicates up to spacing, case and typesetting. What may change the meaning of a formula stays in the key:
// operators, brackets, signs and decimal points, so z^4 - z^2 + 1 and z^4 + z^2 + 1 are two problems.
import { GrowingColumns } from './growing-columns.ts';
import { KeyTable } from './key-table.ts';
import { hashText } from './murmur.ts';
import { foldText } from './words.ts';

/** LaTeX that only moves things: thin and thick spaces, forced blanks, bracket sizes. */
const SPACING = /\\(?:[,;:!> ]|quad\b|qquad\b|left\b|right\b|displaystyle\b)/g;
/** Braces around one letter, number or word group nothing: x^{2} is x^2. */
const PLAIN_GROUP = /\{\s*([\p{L}\p{N}]+)\s*\}/gu;
/** Words, a decimal point, and every sign that is not sentence punctuation or the dollar of inline formulas. */
const TOKEN = /[\p{L}\p{M}\p{N}]+|\.(?=\d)|[^\s\p{L}\p{M}\p{N}.,;:?"'`$\\]/gu;

/** The same string for texts that differ in spacing, case, Unicode form, quotes, sentence punctuation or LaTeX spacing only. */
export function duplicateKey(text: string): string {
  const folded = foldText(text)
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u2018-\u201f]/g, "'");
  const plain = folded.replace(SPACING, ' ').replace(PLAIN_GROUP, ' $1 ');
  return (plain.match(TOKEN) ?? []).join(' ');
}

export interface DuplicateFinder {
  /** Takes the next text and gives the number of the first text with its key: its own, counted from 0, when it is new. */
  add(text: string): number;
}

/**
 * Exact duplicates over a stream of any length, in one pass, by 64 bits of the key; no text is kept. State: 12 bytes for each
 * distinct text and 6 to 12 for its slots. A million distinct texts lose one to a collision with odds of 3e-8.
 */
export function openExactDuplicates(): DuplicateFinder {
  const keys = new KeyTable();
  const firsts = new GrowingColumns(1);
  let count = 0;
  return {
    add(text) {
      const number = count++;
      const { low, high } = hashText(duplicateKey(text));
      const place = keys.add(low, high);
      if (place < firsts.count) return firsts.at(place, 0);
      firsts.set(firsts.addRow(), 0, number);
      return number;
    },
  };
}
