// Values of a formula at seeded points: complex where the formula is, null where it is not defined.

import { uniforms } from '../../../core/random/philox.ts';
import { asFloat } from '../rational.ts';
import * as complex from './complex.ts';
import type { Complex } from './complex.ts';
import { hasVariables } from './expression.ts';
import type { Expression, FunctionName } from './expression.ts';

/** The values of a formula at the points that every formula is tried at; one value where it has no variables. */
export function valuesOf(expression: Expression): readonly (Complex | null)[] {
  const values = known.get(expression) ?? computed(expression);
  known.set(expression, values);
  return values;
}

/** Members of a set are compared with many others. */
const known = new WeakMap<Expression, readonly (Complex | null)[]>();

function computed(expression: Expression): readonly (Complex | null)[] {
  if (!hasVariables(expression)) return [valueAt(expression, CONSTANT)];
  const drawn = new Map<string, Float64Array>();
  const coordinate = (name: string, point: number): number => {
    const coordinates = drawn.get(name) ?? coordinatesOf(name);
    drawn.set(name, coordinates);
    return coordinates[point] ?? NaN;
  };
  return Array.from({ length: POINTS + WHOLE_POINTS }, (_, point) =>
    valueAt(expression, { realOnly: true, coordinate: (name) => coordinate(name, point) }),
  );
}

/** The points at the front, which decide wherever enough of them are in the domain of both sides. */
export const POINTS = 16;
/** Whole numbers behind them, for formulas such as (-1)^n. */
const WHOLE_POINTS = 16;

/**
 * Where the variable lies at each point, by its name alone: both sides of a comparison are tried at the same places.
 * Positive near 1 first, where most formulas are defined; then of both signs; then large; then whole.
 */
function coordinatesOf(name: string): Float64Array {
  const random = uniforms(`math-grader/${name}`);
  return Float64Array.from({ length: POINTS + WHOLE_POINTS }, (_, point) => {
    const value = random.next();
    if (point < 6) return 0.2 + 2 * value;
    if (point < 12) return 5 * value - 2.5;
    return point < POINTS ? 20 * value : 1 + Math.floor(12 * value);
  });
}

interface Place {
  coordinate(name: string): number;
  /** Roots and logarithms of negative numbers are undefined, as for variables that stand for real numbers. */
  readonly realOnly: boolean;
}

const CONSTANT: Place = { realOnly: false, coordinate: () => NaN };

function valueAt(expression: Expression, place: Place): Complex | null {
  const value = compute(expression, place);
  return complex.isFinite(value) ? value : null;
}

const UNDEFINED: Complex = complex.real(NaN);

/** What is too large for float64 is undefined: one over it would be taken for 0. */
function compute(expression: Expression, place: Place): Complex {
  const value = computeAny(expression, place);
  return complex.isFinite(value) ? value : UNDEFINED;
}

function computeAny(expression: Expression, place: Place): Complex {
  const value = (part: Expression): Complex => compute(part, place);
  switch (expression.kind) {
    case 'number':
      return complex.real(asFloat(expression.value));
    case 'constant':
      return expression.name === 'i' ? complex.I : complex.real(expression.name === 'pi' ? Math.PI : Math.E);
    case 'variable':
      return complex.real(place.coordinate(expression.name));
    case 'sum':
      return expression.terms.map(value).reduce(complex.plus);
    case 'product':
      return expression.factors.map(value).reduce(complex.times);
    case 'negative':
      return complex.minus(complex.ZERO, value(expression.of));
    case 'degrees':
      return value(expression.of);
    case 'quotient':
      return complex.over(value(expression.top), value(expression.bottom));
    case 'power':
      return powerOf(value(expression.base), value(expression.exponent), place);
    case 'root':
      return rootOf(value(expression.of), value(expression.degree), place);
    case 'call':
      return callOf(expression.name, expression.of, place);
    case 'infinity':
    case 'numeral':
    case 'either':
      return UNDEFINED;
  }
}

function powerOf(base: Complex, exponent: Complex, { realOnly }: Place): Complex {
  const whole = exponent.im === 0 && Number.isInteger(exponent.re);
  return realOnly && !whole && isNegative(base) ? UNDEFINED : complex.power(base, exponent);
}

/** Odd roots of negative numbers are the real ones. */
function rootOf(of: Complex, degree: Complex, { realOnly }: Place): Complex {
  const odd = degree.im === 0 && Math.abs(degree.re % 2) === 1;
  if (odd && of.im === 0) return complex.real(Math.sign(of.re) * Math.abs(of.re) ** (1 / degree.re));
  if (realOnly && isNegative(of)) return UNDEFINED;
  return degree.re === 2 ? complex.squareRoot(of) : complex.power(of, complex.over(complex.ONE, degree));
}

const TRIGONOMETRIC: ReadonlySet<FunctionName> = new Set(['sin', 'cos', 'tan', 'cot', 'sec', 'csc']);

function callOf(name: FunctionName, of: readonly Expression[], place: Place): Complex {
  const [inner, second] = of;
  if (inner === undefined) return UNDEFINED;
  const argument = compute(inner, place);
  if (TRIGONOMETRIC.has(name) && inner.kind === 'degrees')
    return plainCall(name, complex.times(argument, complex.real(Math.PI / 180)));
  const isLogarithm = name === 'ln' || name === 'log';
  if (isLogarithm && (complex.size(argument) === 0 || (place.realOnly && isNegative(argument)))) return UNDEFINED;
  if (second === undefined) return plainCall(name, argument);
  const other = compute(second, place);
  if (name === 'binomial') return binomial(argument, other);
  return complex.over(complex.logarithm(argument), complex.logarithm(other));
}

function plainCall(name: FunctionName, a: Complex): Complex {
  const inverse = (value: Complex): Complex => complex.over(complex.ONE, value);
  const hyperbolic = (sign: number): Complex =>
    complex.over(
      complex.plus(
        complex.exponential(a),
        complex.times(complex.real(sign), complex.exponential(complex.minus(complex.ZERO, a))),
      ),
      complex.real(2),
    );
  const calls: Partial<Record<FunctionName, () => Complex>> = {
    sin: () => complex.sine(a),
    cos: () => complex.cosine(a),
    tan: () => complex.over(complex.sine(a), complex.cosine(a)),
    cot: () => complex.over(complex.cosine(a), complex.sine(a)),
    sec: () => inverse(complex.cosine(a)),
    csc: () => inverse(complex.sine(a)),
    arcsin: () => complex.arcSine(a),
    arccos: () => complex.minus(complex.real(Math.PI / 2), complex.arcSine(a)),
    arctan: () => complex.arcTangent(a),
    sinh: () => hyperbolic(-1),
    cosh: () => hyperbolic(1),
    tanh: () => complex.over(hyperbolic(-1), hyperbolic(1)),
    ln: () => complex.logarithm(a),
    // Without a base the natural logarithm, as SymPy reads it.
    log: () => complex.logarithm(a),
    exp: () => complex.exponential(a),
    absolute: () => complex.real(complex.size(a)),
    floor: () => (a.im === 0 ? complex.real(Math.floor(a.re)) : UNDEFINED),
    ceiling: () => (a.im === 0 ? complex.real(Math.ceil(a.re)) : UNDEFINED),
    factorial: () => factorial(a),
  };
  return calls[name]?.() ?? UNDEFINED;
}

/** By the gamma function at places between whole numbers, so that n! and n (n - 1)! agree at every point. */
function factorial(of: Complex): Complex {
  if (of.im !== 0 || of.re <= -1) return UNDEFINED;
  let [argument, divisor] = [of.re + 1, 1];
  for (; argument < 12; argument += 1) divisor *= argument;
  const square = argument * argument;
  const series = 1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square;
  const log = (argument - 0.5) * Math.log(argument) - argument + 0.5 * Math.log(2 * Math.PI) + series / argument;
  return complex.real(Math.exp(log) / divisor);
}

function binomial(above: Complex, below: Complex): Complex {
  const bottom = complex.times(factorial(below), factorial(complex.minus(above, below)));
  return complex.over(factorial(above), bottom);
}

function isNegative({ re, im }: Complex): boolean {
  return im === 0 && re < 0;
}
