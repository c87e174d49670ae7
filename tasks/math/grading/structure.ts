// Reads an answer as a whole: a value, or tuples, sets, intervals, matrices, relations and lists of values.

import { bothSigns } from './expression.ts';
import type { Expression } from './expression.ts';
import { wordNumber } from './normalise.ts';
import { parseExpression } from './parse-expression.ts';
import { tokensOf } from './tokens.ts';
import type { Token } from './tokens.ts';
import { SEPARATORS, withoutUnits } from './units.ts';
import { parseRational } from '../rational.ts';

export type Answer =
  | { readonly kind: 'value'; readonly expression: Expression }
  /** `1, 2 and 3`, a set in braces, or both values of a ±; their order means nothing. */
  | { readonly kind: 'several'; readonly items: readonly Answer[] }
  /** In brackets as written: a point, a vector, or an interval by its two ends. */
  | { readonly kind: 'tuple'; readonly open: string; readonly close: string; readonly items: readonly Answer[] }
  | { readonly kind: 'union'; readonly items: readonly Answer[] }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly Answer[])[] }
  | { readonly kind: 'relation'; readonly signs: readonly string[]; readonly sides: readonly Expression[] };

/** The answer that a normalised text writes; null for words, and for notation that is not ours. */
export function readAnswer(normal: string): Answer | null {
  const word = wordNumber(normal.replace(/^\\text\{([^{}]*)\}$/, '$1'));
  if (word !== null) return valueOf(numberOf(String(word)));
  const tokens = tokensOf(normal);
  return tokens === null || tokens.length === 0 ? null : read(tokens);
}

function read(all: readonly Token[]): Answer | null {
  const tokens = withoutUnits(all);
  if (tokens.length === 0) return null;
  const separated = splitAt(tokens, isSeparator);
  if (separated.length > 1) return listOf(separated);
  const united = splitAt(tokens, ({ kind, text }) => kind === 'command' && text === 'cup');
  if (united.length > 1) return collected(united, (items) => ({ kind: 'union', items }));
  return relationIn(tokens) ?? matrixIn(tokens) ?? bracketsIn(tokens) ?? valueIn(tokens);
}

function isSeparator({ kind, text }: Token): boolean {
  return (kind === 'sign' && (text === ',' || text === ';')) || (kind === 'word' && SEPARATORS.has(text));
}

/** The pieces between tokens outside all brackets that pass the test. */
function splitAt(tokens: readonly Token[], test: (token: Token) => boolean): readonly (readonly Token[])[] {
  const pieces: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += depthChange(token);
    if (depth === 0 && depthChange(token) === 0 && test(token)) pieces.push([]);
    else pieces.at(-1)?.push(token);
  }
  return pieces;
}

function depthChange({ kind, text }: Token): -1 | 0 | 1 {
  if (kind === 'sign') return '([{'.includes(text) ? 1 : ')]}'.includes(text) ? -1 : 0;
  if (kind !== 'command') return 0;
  return ['{', 'begin', 'langle'].includes(text) ? 1 : ['}', 'end', 'rangle'].includes(text) ? -1 : 0;
}

/** Pieces between separators; a comma before `and` leaves an empty one, which is no item. */
function listOf(pieces: readonly (readonly Token[])[]): Answer | null {
  const full = pieces.filter((piece) => piece.length > 0);
  return collected(full, (items) => (items.length === 1 ? (items[0] ?? null) : { kind: 'several', items }));
}

function collected(
  pieces: readonly (readonly Token[])[],
  make: (items: readonly Answer[]) => Answer | null,
): Answer | null {
  const items = pieces.map((piece) => read(piece));
  return items.every((item) => item !== null) ? make(items) : null;
}

const RELATIONS: Readonly<Record<string, string>> = {
  le: '<=',
  ge: '>=',
  ne: '!=',
  neq: '!=',
  '=': '=',
  '<': '<',
  '>': '>',
};

function relationIn(tokens: readonly Token[]): Answer | null {
  const member = tokens.findIndex(({ kind, text }) => kind === 'command' && text === 'in');
  if (member === 1) return read(tokens.slice(2));
  const signs: string[] = [];
  const pieces = splitAt(tokens, ({ kind, text }) => {
    const sign = kind === 'sign' || kind === 'command' ? RELATIONS[text] : undefined;
    if (sign !== undefined) signs.push(sign);
    return sign !== undefined;
  });
  if (signs.length === 0) return null;
  const named = signs.length === 1 && signs[0] === '=' && isName(pieces[0] ?? []) ? pieces[1] : undefined;
  const structure = named === undefined ? null : (matrixIn(named) ?? bracketsIn(named));
  if (structure !== null && structure.kind !== 'value') return structure;
  const sides = pieces.map((piece) => parseExpression(withoutUnits(piece)));
  if (!sides.every((side) => side !== null)) return null;
  const [first, last] = [sides[0], sides[1]];
  const signed = named !== undefined && last !== undefined ? bothSigns(last) : null;
  if (signed === null || first === undefined) return { kind: 'relation', signs, sides };
  const items = signed.map((value): Answer => ({ kind: 'relation', signs, sides: [first, value] }));
  return { kind: 'several', items };
}

/** A letter, or a function of letters: what an assignment has on its left. */
function isName(tokens: readonly Token[]): boolean {
  const [head, ...rest] = tokens;
  return head?.kind === 'letter' && rest.every(({ kind, text }) => kind !== 'command' && !'+-*/^|'.includes(text));
}

const MATRICES = /^(?:[pbB]?matrix|array)$/;

function matrixIn(tokens: readonly Token[]): Answer | null {
  const [begin, open] = tokens;
  if (begin?.kind !== 'command' || begin.text !== 'begin' || open?.text !== '{') return null;
  const [name, start] = groupAfter(tokens, 1);
  if (!MATRICES.test(name)) return null;
  const [, body] = name === 'array' ? groupAfter(tokens, start) : ['', start];
  const end = tokens.findIndex(({ kind, text }) => kind === 'command' && text === 'end');
  if (end < 0 || groupAfter(tokens, end + 1)[1] !== tokens.length) return null;
  const lines = splitAt(tokens.slice(body, end), ({ kind, text }) => kind === 'command' && text === '\\');
  const rows = lines.filter((line) => line.length > 0).map(cellsOf);
  return rows.length > 0 && rows.every((row) => row !== null) ? { kind: 'matrix', rows } : null;
}

function cellsOf(line: readonly Token[]): readonly Answer[] | null {
  const cells = splitAt(line, ({ text }) => text === '&').map((cell) => read(cell));
  return cells.every((cell) => cell !== null) ? cells : null;
}

/** The text of the group in braces that opens at `at`, and where the tokens after it start. */
function groupAfter(tokens: readonly Token[], at: number): readonly [text: string, end: number] {
  const close = tokens.findIndex(({ text }, position) => position > at && text === '}');
  const inside = tokens.slice(at + 1, close).map(({ text }) => text);
  return close < 0 ? ['', tokens.length] : [inside.join(''), close + 1];
}

const CLOSING: Readonly<Record<string, readonly string[]>> = {
  '(': [')', ']'],
  '[': [')', ']'],
  '{': ['}'],
  langle: ['rangle'],
};

/** What stands in one pair of brackets from end to end. */
function bracketsIn(tokens: readonly Token[]): Answer | null {
  const [open, close] = [tokens[0], tokens.at(-1)];
  if (open?.text === 'emptyset' && tokens.length === 1) return { kind: 'several', items: [] };
  if (!open || !close || depthChange(open) !== 1 || !CLOSING[open.text]?.includes(close.text)) return null;
  const inside = tokens.slice(1, -1);
  if (!staysInside(inside)) return null;
  const pieces = splitAt(inside, isSeparator);
  if (open.kind === 'command' && open.text === '{') {
    if (inside.length === 0) return { kind: 'several', items: [] };
    return collected(pieces, (items) => ({ kind: 'several', items }));
  }
  if (pieces.length === 1) return open.kind === 'sign' && pairs(open, close) ? read(inside) : null;
  const brackets = open.text === 'langle' ? { open: '(', close: ')' } : { open: open.text, close: close.text };
  return collected(pieces, (items) => ({ kind: 'tuple', ...brackets, items }));
}

function staysInside(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (const token of tokens) {
    depth += depthChange(token);
    if (depth < 0) return false;
  }
  return depth === 0;
}

function pairs(open: Token, close: Token): boolean {
  return `${open.text}${close.text}` === '()' || `${open.text}${close.text}` === '[]' || open.text === '{';
}

function valueIn(tokens: readonly Token[]): Answer | null {
  return valueOf(parseExpression(tokens));
}

function valueOf(expression: Expression | null): Answer | null {
  if (expression === null) return null;
  const signed = bothSigns(expression);
  if (signed === null) return { kind: 'value', expression };
  return { kind: 'several', items: signed.map((value): Answer => ({ kind: 'value', expression: value })) };
}

function numberOf(text: string): Expression | null {
  const value = parseRational(text);
  return value && { kind: 'number', value, places: 0 };
}
