// Answers of records and votes: one spelling for each, and when two are the same.

import { compareAnswers } from './grading/grader.ts';
import { compact, normalised } from './grading/normalise.ts';
import { formatRational, parseRational } from './rational.ts';

/** One spelling for equal notations: numbers as integers, decimals or a/b; LaTeX without spacing and styling. */
export function normalAnswer(text: string): string {
  const plain = normalised(text)
    .replace(/^[a-zA-Z]\s*=\s*/, '')
    .replace(UNIT, '');
  const bare = compact(/\\(?:sin|cos|tan|cot|sec|csc)/.test(plain) ? plain : plain.replace(/\s*\\degrees\s*$/, ''));
  const number = parseRational(plain) ?? parseRational(bare) ?? parseRational(bare.replace(/^\(([^,]*)\)$/, '$1'));
  return number ? formatRational(number) : bare;
}

/** Equal as the profile `strict` reads two answers. */
export function sameAnswer(a: string, b: string): boolean {
  return compareAnswers(a, b, 'strict').startsWith('equal');
}

/** The words after a number, or after what ends a formula. */
const UNIT = /(?<=[\d}])\s*\\text\s*\{[^{}]*\}(?:\^\{?\d\}?)?\s*\.?$/;
