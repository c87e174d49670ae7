// Whether two answers mean the same, by their structure first and by values inside it.

import { hasVariables, infinitySign, some } from './expression.ts';
import type { Expression } from './expression.ts';
import { constantRatio, sameValue } from './same-value.ts';
import type { Nearness, SameValue } from './same-value.ts';
import type { Answer } from './structure.ts';

export type Comparison = SameValue | 'equal-structure';

/** Symmetric. Reads what `sameValue` says of every pair of values, in the places where they stand. */
export function sameStructure(a: Answer, b: Answer, nearness: Nearness): Comparison {
  if (a.kind === 'value' && b.kind === 'value') return sameValue(a.expression, b.expression, nearness);
  const [x, y] = [unwrapped(a, b), unwrapped(b, a)];
  if (x !== a || y !== b) return sameStructure(x, y, nearness);
  return structuresAgree(a, b, nearness) ? 'equal-structure' : 'different';
}

/**
 * `a` in the form of `b`: the number of a true equation of numbers, the value of an assignment beside a value or a list, an interval for an inequality beside an
 * interval, the member of a set or list of one beside a single thing.
 */
function unwrapped(a: Answer, b: Answer): Answer {
  const constant = a.kind === 'relation' ? constantOf(a) : null;
  if (constant !== null) return { kind: 'value', expression: constant };
  if (a.kind === 'several' && a.items.length === 1 && b.kind !== 'several') return a.items[0] ?? a;
  if (a.kind !== 'relation' || b.kind === 'relation') return a;
  if (b.kind === 'tuple' || b.kind === 'union') return intervalOf(a) ?? a;
  const value = assignedValue(a);
  return value === null ? a : { kind: 'value', expression: value };
}

type Relation = Extract<Answer, { readonly kind: 'relation' }>;

/** The right side of `x = 5`, `y = 2x` or `f(x) = 2x`, and the last of `x = 10/2 = 5`. */
function assignedValue({ signs, sides }: Relation): Expression | null {
  const [name] = sides;
  if (name === undefined || !signs.every((sign) => sign === '=')) return null;
  const isName = name.kind === 'variable' || (name.kind === 'product' && name.factors.every(isLetter));
  const value = sides.at(-1);
  if (!isName || value === undefined) return null;
  return name.kind === 'variable' && mentions(value, name.name) ? null : value;
}

/** 25 of `3^2 + 4^2 = 25`. */
function constantOf({ signs, sides }: Relation): Expression | null {
  const [first, ...others] = sides;
  if (first === undefined || !signs.every((sign) => sign === '=') || sides.some(hasVariables)) return null;
  return others.every((side) => sameValue(first, side, 'exact').startsWith('equal')) ? first : null;
}

function isLetter({ kind }: Expression): boolean {
  return kind === 'variable';
}

function mentions(expression: Expression, name: string): boolean {
  return some(expression, (part) => part.kind === 'variable' && part.name === name);
}

/** `a < x <= b`, `x > a` and their like as an interval of that one variable. */
function intervalOf({ signs, sides }: Relation): Answer | null {
  if (sides.length === 2) {
    const [first, second] = sides;
    const [sign = ''] = signs;
    if (first === undefined || second === undefined || sign.startsWith('!') || sign === '=') return null;
    if (isLetter(second) && !hasVariables(first))
      return intervalOf({ kind: 'relation', signs: [turned(sign)], sides: [second, first] });
    if (!isLetter(first) || hasVariables(second)) return null;
    const end: Answer = { kind: 'value', expression: second };
    const closed = sign.endsWith('=');
    return sign.startsWith('<')
      ? { kind: 'tuple', open: '(', close: closed ? ']' : ')', items: [infinite(-1), end] }
      : { kind: 'tuple', open: closed ? '[' : '(', close: ')', items: [end, infinite(1)] };
  }
  const [left, middle, right] = sides;
  if (sides.length !== 3 || !left || !middle || !right || !isLetter(middle)) return null;
  const [one = '', two = ''] = signs;
  if (one.startsWith('>') && two.startsWith('>'))
    return intervalOf({ kind: 'relation', signs: [turned(two), turned(one)], sides: [right, middle, left] });
  if (!one.startsWith('<') || !two.startsWith('<')) return null;
  const items = [left, right].map((expression): Answer => ({ kind: 'value', expression }));
  return { kind: 'tuple', open: one === '<=' ? '[' : '(', close: two === '<=' ? ']' : ')', items };
}

function infinite(sign: 1 | -1): Answer {
  const infinity: Expression = { kind: 'infinity' };
  return { kind: 'value', expression: sign > 0 ? infinity : { kind: 'negative', of: infinity } };
}

function turned(sign: string): string {
  if (sign.startsWith('<')) return sign.replace('<', '>');
  return sign.replace('>', '<');
}

function structuresAgree(a: Answer, b: Answer, nearness: Nearness): boolean {
  const agree = (x: Answer, y: Answer): boolean => sameStructure(x, y, nearness).startsWith('equal');
  const inOrder = (x: readonly Answer[], y: readonly Answer[]): boolean =>
    x.length === y.length && x.every((item, at) => agree(item, y[at] ?? item));
  if (a.kind === 'relation' && b.kind === 'relation') return relationsAgree(a, b, nearness);
  if (a.kind === 'matrix' && b.kind === 'matrix')
    return a.rows.length === b.rows.length && a.rows.every((row, at) => inOrder(row, b.rows[at] ?? []));
  if (a.kind === 'union' && b.kind === 'union') return inAnyOrder(a.items, b.items, agree);
  if (a.kind === 'several' && b.kind === 'several') {
    const severalNames = [a, b].some(({ items }) => new Set(items.flatMap(nameOf)).size > 1);
    return inAnyOrder(a.items, b.items, (x, y) => !(severalNames && namedApart(x, y)) && agree(x, y));
  }
  if (a.kind === 'tuple' && b.kind === 'tuple') return sameBrackets(a, b) && inOrder(a.items, b.items);
  // A point whose brackets were left out still has its order.
  if (a.kind === 'tuple' && b.kind === 'several') return a.open + a.close === '()' && inOrder(a.items, b.items);
  if (a.kind === 'several' && b.kind === 'tuple') return structuresAgree(b, a, nearness);
  return false;
}

/** `x = 1, y = 2` and `x = 2, y = 1` are different solutions. */
function namedApart(x: Answer, y: Answer): boolean {
  const [[first], [second]] = [nameOf(x), nameOf(y)];
  return first !== undefined && second !== undefined && first !== second;
}

/** What an assignment names; empty for any other answer. */
function nameOf(answer: Answer): readonly string[] {
  if (answer.kind !== 'relation' || assignedValue(answer) === null) return [];
  return [JSON.stringify(answer.sides[0], bigints)];
}

type Tuple = Extract<Answer, { readonly kind: 'tuple' }>;

/** An end at infinity is open whatever its bracket. */
function sameBrackets(a: Tuple, b: Tuple): boolean {
  const low = a.open === b.open || isInfinite(a.items[0]);
  return low && (a.close === b.close || isInfinite(a.items.at(-1)));
}

function isInfinite(answer: Answer | undefined): boolean {
  return answer?.kind === 'value' && infinitySign(answer.expression) !== 0;
}

/** Every item of one has its own partner in the other. */
function inAnyOrder(a: readonly Answer[], b: readonly Answer[], agree: (x: Answer, y: Answer) => boolean): boolean {
  if (a.length !== b.length) return false;
  const left = [...b];
  return a.every((item) => {
    const found = left.findIndex((other) => agree(item, other));
    if (found >= 0) left.splice(found, 1);
    return found >= 0;
  });
}

/** Assignments by their value; others when the difference of the sides is the other's times a constant. */
function relationsAgree(a: Relation, b: Relation, nearness: Nearness): boolean {
  const [x, y] = [assignedValue(a), assignedValue(b)];
  const [nameA, nameB] = [a.sides[0], b.sides[0]];
  if (x && y && nameA && nameB) {
    const sameName = JSON.stringify(nameA, bigints) === JSON.stringify(nameB, bigints);
    if (sameName || (nearness === 'loose' && !hasVariables(x) && !hasVariables(y)))
      return sameValue(x, y, nearness).startsWith('equal');
  }
  if (a.sides.length === 2 && b.sides.length === 2) return samePair(a, b);
  const [first, second] = [intervalOf(a), intervalOf(b)];
  return first !== null && second !== null && sameStructure(first, second, nearness) === 'equal-structure';
}

function samePair(a: Relation, b: Relation): boolean {
  const [[sign = ''], [other = '']] = [a.signs, b.signs];
  const ratio = constantRatio(difference(a), difference(b));
  if (ratio === null) return false;
  return ratio > 0 || !/[<>]/.test(sign) ? sign === other : turned(sign) === other;
}

function difference({ sides }: Relation): Expression {
  const [left, right] = sides;
  if (left === undefined || right === undefined) throw new RangeError('a relation of fewer than two sides');
  return { kind: 'sum', terms: [left, { kind: 'negative', of: right }] };
}

function bigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
