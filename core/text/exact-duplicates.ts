// Exact duplicates up to spacing, case and typesetting. What may change the meaning of a formula stays in the key:
// operators, brackets, signs and decimal points, so z^4 - z^2 + 1 and z^4 + z^2 + 1 are two problems.
import { foldText } from './words.ts';

/** LaTeX that only moves things: thin and thick spaces, forced blanks, bracket sizes. */
const SPACING = /\\(?:[,;:!> ]|quad\b|qquad\b|left\b|right\b|displaystyle\b)/g;
/** Braces around one letter, number or word group nothing: x^{2} is x^2. */
const PLAIN_GROUP = /\{\s*([\p{L}\p{N}]+)\s*\}/gu;
/** Words, a decimal point, and every sign that is not sentence punctuation or the dollar of inline formulas. */
const TOKEN = /[\p{L}\p{M}\p{N}]+|\.(?=\d)|[^\s\p{L}\p{M}\p{N}.,;:?"'`$\\]/gu;

/** A text that was left out because an earlier one has the same key. */
export interface Duplicate {
  readonly index: number;
  /** The index of the first text with this key. */
  readonly of: number;
}

/** The same string for texts that differ in spacing, case, Unicode form, quotes, sentence punctuation or LaTeX spacing only. */
export function duplicateKey(text: string): string {
  const folded = foldText(text)
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u2018-\u201f]/g, "'");
  const plain = folded.replace(SPACING, ' ').replace(PLAIN_GROUP, ' $1 ');
  return (plain.match(TOKEN) ?? []).join(' ');
}

/** The first text of each key, in the order given, and the others with what they repeat; together they are all texts. */
export function findDuplicates(texts: readonly string[]): { kept: number[]; duplicates: Duplicate[] } {
  const firsts = new Map<string, number>();
  const kept: number[] = [];
  const duplicates: Duplicate[] = [];
  texts.forEach((text, index) => {
    const key = duplicateKey(text);
    const first = firsts.get(key);
    if (first !== undefined) {
      duplicates.push({ index, of: first });
      return;
    }
    firsts.set(key, index);
    kept.push(index);
  });
  return { kept, duplicates };
}
