// Answers of records and votes: one spelling for each, and when two are the same.

import { compareAnswers } from './grading/grader.ts';
import { compact, normalised } from './grading/normalise.ts';
import { changeValue } from './grading/units.ts';
import { formatRational, parseRational } from './rational.ts';

/** One spelling for equal notations: numbers as integers, decimals or a/b; LaTeX without spacing and styling. */
export function normalAnswer(text: string): string {
  const plain = withoutUnit(withoutName(normalised(text)));
  const bare = compact(/\\(?:sin|cos|tan|cot|sec|csc)/.test(plain) ? plain : plain.replace(/\s*\\degrees\s*$/, ''));
  const number = parseRational(plain) ?? parseRational(bare) ?? parseRational(bare.replace(/^\(([^,]*)\)$/, '$1'));
  return number ? formatRational(number) : bare;
}

/** Equal as the profile `strict` reads two answers. */
export function sameAnswer(a: string, b: string): boolean {
  return compareAnswers(a, b, 'strict').startsWith('equal');
}

/** Where the whole is one relation: the names of `x = 1, y = 2` tell its values apart. */
function withoutName(answer: string): string {
  const relations = answer.match(/[=<>]|\\(?:le|ge|ne)(?![a-zA-Z])/g) ?? [];
  return relations.length === 1 ? answer.replace(/^[a-zA-Z]\s*=\s*/, '') : answer;
}

/** Where nothing else is words: `3 hours 20 minutes` has two. */
function withoutUnit(answer: string): string {
  const [unit = '', words = ''] = UNIT.exec(answer) ?? [];
  const rest = answer.slice(0, answer.length - unit.length);
  return changeValue(words) || rest.includes('\\text') ? answer : rest;
}

/** The words after a number, or after what ends a formula. */
const UNIT = /(?<=[\d}])\s*\\text\s*\{([^{}]*)\}(?:\^\{?\d\}?)?\s*\.?$/;
