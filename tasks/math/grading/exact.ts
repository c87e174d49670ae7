// The exact value of a formula without variables, where it is a rational number of bearable size.

import { bitLength, productOf, quotientOf, rational, sumOf } from '../rational.ts';
import type { Rational } from '../rational.ts';
import type { Expression } from './expression.ts';

/** Binary digits of the largest numerator or denominator that is computed. */
const MOST_BITS = 6000;
const LARGEST_FACTORIAL = 600n;
/** Bits of a number that a root is taken of. */
const MOST_ROOT_BITS = 2000;

/** Null where the value is irrational, undefined, too large, or hangs on a variable. */
export function exactValue(expression: Expression): Rational | null {
  const value = compute(expression);
  return value !== null && fits(value, MOST_BITS) ? value : null;
}

function compute(expression: Expression): Rational | null {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'sum':
      return folded(expression.terms, sumOf);
    case 'product':
      return folded(expression.factors, productOf);
    case 'negative':
      return negative(exactValue(expression.of));
    case 'degrees':
      return exactValue(expression.of);
    case 'quotient':
      return both(expression.top, expression.bottom, (a, b) => (b.numerator === 0n ? null : quotientOf(a, b)));
    case 'power':
      return both(expression.base, expression.exponent, power);
    case 'root':
      return both(expression.of, expression.degree, root);
    case 'call':
      return called(expression.name, expression.of);
    case 'constant':
    case 'infinity':
    case 'variable':
    case 'numeral':
    case 'either':
      return null;
  }
}

function folded(parts: readonly Expression[], join: (a: Rational, b: Rational) => Rational): Rational | null {
  let result: Rational | null = null;
  for (const part of parts) {
    const value = exactValue(part);
    if (value === null) return null;
    result = result === null ? value : join(result, value);
    if (!fits(result, MOST_BITS)) return null;
  }
  return result;
}

function both(
  first: Expression,
  second: Expression,
  join: (a: Rational, b: Rational) => Rational | null,
): Rational | null {
  const a = exactValue(first);
  const b = a === null ? null : exactValue(second);
  return a === null || b === null ? null : join(a, b);
}

function power(base: Rational, exponent: Rational): Rational | null {
  if (exponent.denominator !== 1n) {
    if (exponent.denominator > 64n) return null;
    const rooted = base.numerator < 0n ? null : root(base, rational(exponent.denominator));
    return rooted === null ? null : power(rooted, rational(exponent.numerator));
  }
  const size = exponent.numerator < 0n ? -exponent.numerator : exponent.numerator;
  if (size > BigInt(MOST_BITS)) return null;
  const bits = Math.max(bitLength(base.numerator), bitLength(base.denominator));
  if (bits * Number(size) > 2 * MOST_BITS) return null;
  const raised = rational(base.numerator ** size, base.denominator ** size);
  if (exponent.numerator >= 0n) return raised;
  return raised.numerator === 0n ? null : quotientOf(rational(1n), raised);
}

function root(of: Rational, degree: Rational): Rational | null {
  if (degree.denominator !== 1n || degree.numerator < 1n || degree.numerator > 64n) return null;
  const odd = degree.numerator % 2n === 1n;
  if (!fits(of, MOST_ROOT_BITS) || (of.numerator < 0n && !odd)) return null;
  const top = wholeRoot(of.numerator < 0n ? -of.numerator : of.numerator, degree.numerator);
  const bottom = wholeRoot(of.denominator, degree.numerator);
  if (top === null || bottom === null) return null;
  return rational(of.numerator < 0n ? -top : top, bottom);
}

/** The whole number whose power `degree` is `value` from 0; null where there is none. */
function wholeRoot(value: bigint, degree: bigint): bigint | null {
  let [low, high] = [0n, 1n << BigInt(Math.ceil(bitLength(value) / Number(degree)) + 1)];
  while (low < high) {
    const middle = (low + high) / 2n;
    if (middle ** degree < value) low = middle + 1n;
    else high = middle;
  }
  return low ** degree === value ? low : null;
}

function called(name: string, of: readonly Expression[]): Rational | null {
  const [first, second] = of.map((part) => exactValue(part));
  if (first === undefined || first === null || second === null) return null;
  if (name === 'absolute') return first.numerator < 0n ? negative(first) : first;
  if (name === 'floor') return rational(floorOf(first));
  if (name === 'ceiling') return rational(-floorOf({ ...first, numerator: -first.numerator }));
  if (first.denominator !== 1n || first.numerator < 0n || first.numerator > LARGEST_FACTORIAL) return null;
  if (name === 'factorial') return rational(factorial(first.numerator));
  if (name !== 'binomial' || second?.denominator !== 1n || second.numerator < 0n) return null;
  if (second.numerator > first.numerator) return rational(0n);
  const below = factorial(second.numerator) * factorial(first.numerator - second.numerator);
  return rational(factorial(first.numerator), below);
}

function floorOf({ numerator, denominator }: Rational): bigint {
  const cut = numerator / denominator;
  return numerator < 0n && cut * denominator !== numerator ? cut - 1n : cut;
}

function factorial(of: bigint): bigint {
  let product = 1n;
  for (let factor = 2n; factor <= of; factor++) product *= factor;
  return product;
}

function negative(value: Rational | null): Rational | null {
  return value && { ...value, numerator: -value.numerator };
}

function fits({ numerator, denominator }: Rational, most: number): boolean {
  return bitLength(numerator) <= most && bitLength(denominator) <= most;
}
