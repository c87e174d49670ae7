// Final answers: where a text states one, its normal form, and when two are the same.

import { formatRational, parseRational, sameNumber } from './rational.ts';
import type { Rational } from './rational.ts';

/**
 * The final answer that `text` states: what the last `\boxed{...}` holds or what follows the last `####`, whichever
 * stands later; null when there is neither, when a box never closes, or when the answer is blank.
 */
export function finalAnswer(text: string): string | null {
  const box = Math.max(text.lastIndexOf('\\boxed'), text.lastIndexOf('\\fbox'));
  const mark = text.lastIndexOf('####');
  if (box < 0 && mark < 0) return null;
  const found = mark > box ? /^#{4,}[ \t]*(.*)/.exec(text.slice(mark))?.[1] : boxContent(text.slice(box));
  const answer = found?.trim() ?? '';
  return answer === '' ? null : answer;
}

/** One spelling for equal notations: numbers as integers, decimals or a/b; LaTeX without spacing and styling. */
export function normalAnswer(text: string): string {
  const bare = withoutDress(text);
  const number = numberIn(bare);
  return number ? formatRational(number) : plainLatex(bare);
}

/** Equal numbers; or lists in equal brackets with equal members in order; or the same normal form (words in any case). */
export function sameAnswer(a: string, b: string): boolean {
  const [first, second] = [withoutDress(a), withoutDress(b)];
  const [x, y] = [numberIn(first), numberIn(second)];
  if (x && y) return sameNumber(x, y);
  const [left, right] = [plainLatex(first), plainLatex(second)];
  if (left === right) return left !== '';
  if (/^[a-z]+$/i.test(left) && left.toLowerCase() === right.toLowerCase()) return true;
  return sameMembers(left, right);
}

function numberIn(bare: string): Rational | null {
  return parseRational(bare) ?? parseRational(plainLatex(bare).replace(/^\((.*)\)$/, '$1'));
}

function plainLatex(bare: string): string {
  return bare
    .replace(/\\(?:left|right|displaystyle|[,;:!>]|quad|qquad)(?![a-zA-Z])/g, '')
    .replace(/\\[dtc]frac(?![a-zA-Z])/g, '\\frac')
    .replace(/\\(?:text|textbf|textit|mathrm|mathbf|mbox)\s*\{([^{}]*)\}/g, '$1')
    .replace(/\\(frac|sqrt)\s+/g, '\\$1')
    .replace(/\\frac([\da-z])\s*/g, '\\frac{$1}')
    .replace(/(\\frac\{[^{}]*\})\s*([\da-z])/g, '$1{$2}')
    .replace(/\\sqrt([\da-z])/g, '\\sqrt{$1}')
    .replace(/\s+/g, '')
    .replace(/(?<![\d.])\.(?=\d)/g, '0.')
    .replace(/\.$/, '');
}

/** The answer without currency, percent, degree and dollar signs, trailing unit and full stop. */
function withoutDress(text: string): string {
  return text
    .trim()
    .replace(/^\$(.*)\$$/s, '$1')
    .replace(/^\\[([](.*)\\[)\]]$/s, '$1')
    .replace(/\{,\}/g, ',')
    .replace(/\\?[$%]|[€£]/g, '')
    .replace(/\^\s*(?:\\circ|\{\s*\\circ\s*\})|°/g, '')
    .replace(/(?<=[\d}])\s*\\(?:text|mathrm|mbox)\s*\{[^{}]*\}(?:\^\{?\d\}?)?\s*\.?$/, '')
    .replace(/^[a-zA-Z]\s*=\s*/, '')
    .replace(/\\[,;:! ]/g, '')
    .replace(/\.\s*$/, '')
    .trim();
}

function sameMembers(a: string, b: string): boolean {
  const [left, right] = [members(a), members(b)];
  if (!left || !right || left.brackets !== right.brackets || left.items.length !== right.items.length) return false;
  return left.items.every((item, index) => sameAnswer(item, right.items[index] ?? ''));
}

function members(text: string): { brackets: string; items: readonly string[] } | null {
  const match = /^([([]|\\\{)(.*)([)\]]|\\\})$/s.exec(text);
  const items = splitAtCommas(match?.[2] ?? text);
  return items.length > 1 ? { brackets: `${match?.[1] ?? ''}${match?.[3] ?? ''}`, items } : null;
}

function splitAtCommas(text: string): readonly string[] {
  const items: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    else if (character === ',' && depth === 0) {
      items.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...items, text.slice(start)];
}

/** What the braces after `\boxed` hold, braces inside counted; `\boxed 5` holds one word. */
function boxContent(text: string): string | null {
  const open = /^\\(?:boxed|fbox)\s*\{/.exec(text)?.[0];
  if (!open) return /^\\boxed\s+([^\s$]+)/.exec(text)?.[1] ?? null;
  let depth = 1;
  for (let at = open.length; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    if (depth === 0) return text.slice(open.length, at);
  }
  return null;
}
