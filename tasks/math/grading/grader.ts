// Grades answers to mathematics: what a response states, whether it means the same as the reference, and why.

import { finalAnswer, statedAnswer } from './extract.ts';
import { compact, normalised, wordNumber } from './normalise.ts';
import { sameStructure } from './same-answer.ts';
import type { Comparison } from './same-answer.ts';
import type { Nearness } from './same-value.ts';
import { readAnswer } from './structure.ts';

/** Goes into results: verdicts of different versions are not compared. */
export const graderVersion = 'diffract-math/2';

/**
 * `qwen` as in Qwen2.5-Math: any stated answer down to the last number, numbers within 1e-4, a share equal to its
 * percentage. `strict`: only what a box or `####` holds, numbers exactly or as decimals of six places.
 */
export const profiles = ['qwen', 'strict'] as const;

export type Profile = (typeof profiles)[number];

export type Reason = 'equal-text' | Comparison | 'no-answer';

export interface Grade {
  readonly correct: boolean;
  /** What the response states as its answer. */
  readonly extracted: string | null;
  readonly reason: Reason;
}

/** The reference may be an answer, or a solution that marks one. */
export function gradeResponse(response: string, reference: string, profile: Profile): Grade {
  const extracted = profile === 'qwen' ? statedAnswer(response) : finalAnswer(response);
  if (extracted === null) return { correct: false, extracted, reason: 'no-answer' };
  const reason = compareAnswers(extracted, finalAnswer(reference) ?? reference, profile);
  return { correct: reason.startsWith('equal'), extracted, reason };
}

/** Symmetric, and never long: answers of more than LONGEST_ANSWER characters are compared as texts. */
export function compareAnswers(a: string, b: string, profile: Profile): Reason {
  const [first, second] = [normalised(a.slice(0, LONGEST_ANSWER)), normalised(b.slice(0, LONGEST_ANSWER))];
  const [left, right] = [plainText(first), plainText(second)];
  if (left === '' || right === '') return 'different';
  if (a.length > LONGEST_ANSWER || b.length > LONGEST_ANSWER) return a === b ? 'equal-text' : 'unreadable';
  if (left === right) return 'equal-text';
  if (isWord(left) || isWord(right)) return 'different';
  return compareReadings(readingsOf(first), readingsOf(second), profile === 'qwen' ? 'loose' : 'exact');
}

const LONGEST_ANSWER = 4000;

/** Words in any case, and the letters of choices; x and X are two variables. */
function plainText(normal: string): string {
  const text = compact(normal);
  const word = text.replace(/^\(([A-Za-z]+)\)$/, '$1');
  if (/^[A-E]$/.test(word)) return word.toLowerCase();
  return /^[^\\\d=+*/^<>]*$/.test(word) ? word.replace(/\p{L}{2,}/gu, (letters) => letters.toLowerCase()) : text;
}

/** Equal to nothing but itself. Fewer than four letters are as likely a product of letters. */
function isWord(text: string): boolean {
  return /^[a-z]{4,}$/.test(text) && wordNumber(text) === null && text !== 'infinity';
}

/** `1,234` is a number, or rarely two. */
function readingsOf(normal: string): readonly string[] {
  const grouped = /^-?\d{1,3}(?:,\d{3})+(?![\d,])/.test(normal);
  return grouped ? [normal.replaceAll(/,(?=\d{3})/g, ''), normal] : [normal];
}

function compareReadings(a: readonly string[], b: readonly string[], nearness: Nearness): Comparison {
  const found: Comparison[] = [];
  for (const first of a.map(readAnswer)) {
    for (const second of b.map(readAnswer)) {
      found.push(first && second ? sameStructure(first, second, nearness) : 'unreadable');
    }
  }
  return found.find((one) => one.startsWith('equal')) ?? found[0] ?? 'unreadable';
}
