// What a formula says, apart from how it is written.

import type { Rational } from '../rational.ts';

export type Expression =
  /** `places`: digits after the point of a decimal, 0 for an integer. */
  | { readonly kind: 'number'; readonly value: Rational; readonly places: number }
  | { readonly kind: 'constant'; readonly name: 'pi' | 'e' | 'i' }
  | { readonly kind: 'infinity' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'sum'; readonly terms: readonly Expression[] }
  | { readonly kind: 'product'; readonly factors: readonly Expression[] }
  | { readonly kind: 'negative'; readonly of: Expression }
  | { readonly kind: 'quotient'; readonly top: Expression; readonly bottom: Expression }
  | { readonly kind: 'power'; readonly base: Expression; readonly exponent: Expression }
  | { readonly kind: 'root'; readonly degree: Expression; readonly of: Expression }
  /** A numeral in a base that is written under it; its value is not taken. */
  | { readonly kind: 'numeral'; readonly digits: string; readonly base: string }
  /** `first` and `second` of `first ± second`, or `first ∓ second` where `sign` is -1. */
  | { readonly kind: 'either'; readonly first: Expression; readonly second: Expression; readonly sign: 1 | -1 }
  | { readonly kind: 'degrees'; readonly of: Expression }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly of: readonly Expression[] };

export const functionNames = [
  ...(['sin', 'cos', 'tan', 'cot', 'sec', 'csc', 'arcsin', 'arccos', 'arctan'] as const),
  ...(['sinh', 'cosh', 'tanh', 'ln', 'log', 'exp'] as const),
  ...(['absolute', 'floor', 'ceiling', 'factorial', 'binomial'] as const),
] as const;

export type FunctionName = (typeof functionNames)[number];

export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'number':
    case 'constant':
    case 'infinity':
    case 'variable':
    case 'numeral':
      return [];
    case 'sum':
      return expression.terms;
    case 'product':
      return expression.factors;
    case 'quotient':
      return [expression.top, expression.bottom];
    case 'power':
      return [expression.base, expression.exponent];
    case 'root':
      return [expression.degree, expression.of];
    case 'either':
      return [expression.first, expression.second];
    case 'call':
      return expression.of;
    case 'negative':
    case 'degrees':
      return [expression.of];
  }
}

export function some(expression: Expression, test: (part: Expression) => boolean): boolean {
  return test(expression) || childrenOf(expression).some((child) => some(child, test));
}

export function hasVariables(expression: Expression): boolean {
  return some(expression, ({ kind }) => kind === 'variable');
}

/** 1 or -1 for an infinity with that sign, 0 for anything else. */
export function infinitySign(expression: Expression): 1 | -1 | 0 {
  if (expression.kind === 'infinity') return 1;
  return expression.kind === 'negative' && expression.of.kind === 'infinity' ? -1 : 0;
}

/** The two values of an expression with ±, upper signs first; null where there is none. All signs go together. */
export function bothSigns(expression: Expression): readonly [Expression, Expression] | null {
  if (!some(expression, ({ kind }) => kind === 'either')) return null;
  return [chosen(expression, 1), chosen(expression, -1)];
}

function chosen(expression: Expression, upper: 1 | -1): Expression {
  const inside = (part: Expression): Expression => chosen(part, upper);
  switch (expression.kind) {
    case 'either': {
      const second = inside(expression.second);
      const signed: Expression = expression.sign * upper > 0 ? second : { kind: 'negative', of: second };
      return { kind: 'sum', terms: [inside(expression.first), signed] };
    }
    case 'sum':
      return { kind: 'sum', terms: expression.terms.map(inside) };
    case 'product':
      return { kind: 'product', factors: expression.factors.map(inside) };
    case 'quotient':
      return { kind: 'quotient', top: inside(expression.top), bottom: inside(expression.bottom) };
    case 'power':
      return { kind: 'power', base: inside(expression.base), exponent: inside(expression.exponent) };
    case 'root':
      return { kind: 'root', degree: inside(expression.degree), of: inside(expression.of) };
    case 'call':
      return { ...expression, of: expression.of.map(inside) };
    case 'negative':
    case 'degrees':
      return { ...expression, of: inside(expression.of) };
    default:
      return expression;
  }
}
