// Whether two formulas have the same value: exact numbers first, then values at seeded points.

import { asFloat, sameNumber } from '../rational.ts';
import * as complex from './complex.ts';
import type { Complex } from './complex.ts';
import { POINTS, valuesOf } from './evaluate.ts';
import { exactValue } from './exact.ts';
import { hasVariables, infinitySign, some } from './expression.ts';
import type { Expression } from './expression.ts';

/** How near numbers must be: `exact` but for decimals of six places and more, or `loose` as in Qwen's evaluation. */
export type Nearness = 'exact' | 'loose';

export type SameValue = 'equal-number' | 'equal-at-points' | 'different' | 'unreadable';

export function sameValue(a: Expression, b: Expression, nearness: Nearness): SameValue {
  const [left, right] = [infinitySign(a), infinitySign(b)];
  if (left !== 0 || right !== 0) return left === right ? 'equal-number' : 'different';
  if (some(a, isNumeral) || some(b, isNumeral)) return sameNumeral(a, b) ? 'equal-number' : 'different';
  const [x, y] = [exactValue(a), exactValue(b)];
  if (x && y) {
    if (sameNumber(x, y)) return 'equal-number';
    const near = isNear(asFloat(x), asFloat(y), { a, b, nearness });
    return near ? 'equal-number' : 'different';
  }
  if (!hasVariables(a) && !hasVariables(b)) return sameConstant(a, b, nearness);
  return agreeAtPoints(a, b);
}

/**
 * The factor c of f = c g, constant over all points; null where there is none, where either is zero everywhere, or where
 * fewer than LEAST_POINTS points are in the domain of both.
 */
export function constantRatio(f: Expression, g: Expression): number | null {
  const ratios: number[] = [];
  for (const [top, bottom] of pairsOf(valuesOf(f), valuesOf(g))) {
    const { re, im } = complex.over(top, bottom);
    if (!Number.isFinite(re) || re === 0 || Math.abs(im) > RATIO_TOLERANCE * Math.abs(re)) return null;
    ratios.push(re);
  }
  const [first] = ratios;
  if (first === undefined || ratios.length < LEAST_POINTS) return null;
  return ratios.every((ratio) => Math.abs(ratio - first) <= RATIO_TOLERANCE * Math.abs(first)) ? first : null;
}

const LEAST_POINTS = 3;

/** What float64 leaves of formulas with cancellation, a thousand times over. */
const POINT_TOLERANCE = 1e-9;
const RATIO_TOLERANCE = 1e-7;
const DECIMAL_PLACES = 6;
const LOOSE_TOLERANCE = 1e-4;

function agreeAtPoints(a: Expression, b: Expression): SameValue {
  const pairs = pairsOf(valuesOf(a), valuesOf(b));
  if (pairs.length < LEAST_POINTS) return 'unreadable';
  return pairs.every(([x, y]) => distance(x, y) <= POINT_TOLERANCE) ? 'equal-at-points' : 'different';
}

/** The values at points where both have one, whole ones only if needed; a constant has the same value at every point. */
function pairsOf(
  a: readonly (Complex | null)[],
  b: readonly (Complex | null)[],
): readonly (readonly [Complex, Complex])[] {
  const pairs: [Complex, Complex][] = [];
  for (let point = 0; point < Math.max(a.length, b.length); point++) {
    if (point === POINTS && pairs.length >= LEAST_POINTS) break;
    const x = a.length === 1 ? a[0] : a[point];
    const y = b.length === 1 ? b[0] : b[point];
    if (x && y) pairs.push([x, y]);
  }
  return pairs;
}

function sameConstant(a: Expression, b: Expression, nearness: Nearness): SameValue {
  const [[x = null], [y = null]] = [valuesOf(a), valuesOf(b)];
  if (x === null || y === null) return 'unreadable';
  if (distance(x, y) <= POINT_TOLERANCE) return 'equal-at-points';
  if (x.im !== 0 || y.im !== 0) return 'different';
  return isNear(x.re, y.re, { a, b, nearness }) ? 'equal-at-points' : 'different';
}

/** Of the larger size; beside a zero, what rounding leaves of one is a zero too. */
function distance(x: Complex, y: Complex): number {
  const [smaller, larger] = [complex.size(x), complex.size(y)].sort((a, b) => a - b);
  if (larger === undefined || larger === 0 || (smaller === 0 && larger < 1e-13)) return 0;
  return complex.size(complex.minus(x, y)) / larger;
}

interface Comparison {
  readonly a: Expression;
  readonly b: Expression;
  readonly nearness: Nearness;
}

/**
 * Loose: within 1e-4 of the larger; two plain numbers also when one is a hundred times the other, as a share and its
 * percentage are. Exact: rounded alike to six decimals, where one of them is a decimal of that many places.
 */
function isNear(x: number, y: number, { a, b, nearness }: Comparison): boolean {
  const within = (u: number, v: number, tolerance: number): boolean =>
    Math.abs(u - v) <= tolerance * Math.max(Math.abs(u), Math.abs(v));
  if (nearness === 'loose') {
    if (within(x, y, LOOSE_TOLERANCE)) return true;
    const plain = isPlainNumber(a) && isPlainNumber(b);
    return plain && (within(100 * x, y, LOOSE_TOLERANCE) || within(x, 100 * y, LOOSE_TOLERANCE));
  }
  // Numbers below 1e-2 would all look alike at six places.
  if (!isLongDecimal(a) && !isLongDecimal(b)) return false;
  return Math.abs(x - y) <= 0.5 * 10 ** -DECIMAL_PLACES && within(x, y, LOOSE_TOLERANCE);
}

function isPlainNumber(expression: Expression): boolean {
  return expression.kind === 'number' || (expression.kind === 'negative' && expression.of.kind === 'number');
}

function isLongDecimal(expression: Expression): boolean {
  return some(expression, (part) => part.kind === 'number' && part.places >= DECIMAL_PLACES);
}

function isNumeral({ kind }: Expression): boolean {
  return kind === 'numeral';
}

/** Numerals of a base are their digits; a number without one is taken to be in the other's. */
function sameNumeral(a: Expression, b: Expression): boolean {
  if (a.kind === 'negative' && b.kind === 'negative') return sameNumeral(a.of, b.of);
  if (a.kind === 'numeral' && b.kind === 'numeral') return a.digits === b.digits && a.base === b.base;
  if (a.kind === 'numeral') return b.kind === 'number' && b.places === 0 && a.digits === String(b.value.numerator);
  return b.kind === 'numeral' && sameNumeral(b, a);
}
