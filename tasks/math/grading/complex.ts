// Complex numbers in float64, principal branches.

export interface Complex {
  readonly re: number;
  readonly im: number;
}

export const ZERO: Complex = { re: 0, im: 0 };
export const ONE: Complex = { re: 1, im: 0 };
export const I: Complex = { re: 0, im: 1 };

export function real(re: number): Complex {
  return { re, im: 0 };
}

export function plus(a: Complex, b: Complex): Complex {
  return { re: a.re + b.re, im: a.im + b.im };
}

export function minus(a: Complex, b: Complex): Complex {
  return { re: a.re - b.re, im: a.im - b.im };
}

export function times(a: Complex, b: Complex): Complex {
  return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };
}

export function over(a: Complex, b: Complex): Complex {
  if (b.im === 0) return { re: a.re / b.re, im: a.im / b.re };
  const square = b.re * b.re + b.im * b.im;
  return { re: (a.re * b.re + a.im * b.im) / square, im: (a.im * b.re - a.re * b.im) / square };
}

export function size(a: Complex): number {
  return Math.hypot(a.re, a.im);
}

export function isFinite(a: Complex): boolean {
  return Number.isFinite(a.re) && Number.isFinite(a.im);
}

export function exponential(a: Complex): Complex {
  const scale = Math.exp(a.re);
  return a.im === 0 ? real(scale) : { re: scale * Math.cos(a.im), im: scale * Math.sin(a.im) };
}

export function logarithm(a: Complex): Complex {
  return { re: Math.log(size(a)), im: Math.atan2(a.im, a.re) };
}

/** Whole exponents by multiplying, so that real numbers stay real. */
export function power(base: Complex, exponent: Complex): Complex {
  const whole = exponent.im === 0 && Number.isInteger(exponent.re) && Math.abs(exponent.re) <= 1024;
  if (whole) return wholePower(base, exponent.re);
  if (base.im === 0 && exponent.im === 0 && base.re >= 0) return real(base.re ** exponent.re);
  if (size(base) === 0) return exponent.re > 0 ? ZERO : real(NaN);
  return exponential(times(exponent, logarithm(base)));
}

export function squareRoot(a: Complex): Complex {
  if (a.im === 0) return a.re >= 0 ? real(Math.sqrt(a.re)) : { re: 0, im: Math.sqrt(-a.re) };
  return power(a, real(0.5));
}

export function sine(a: Complex): Complex {
  if (a.im === 0) return real(Math.sin(a.re));
  return { re: Math.sin(a.re) * Math.cosh(a.im), im: Math.cos(a.re) * Math.sinh(a.im) };
}

export function cosine(a: Complex): Complex {
  if (a.im === 0) return real(Math.cos(a.re));
  return { re: Math.cos(a.re) * Math.cosh(a.im), im: -Math.sin(a.re) * Math.sinh(a.im) };
}

export function arcSine(a: Complex): Complex {
  if (a.im === 0 && Math.abs(a.re) <= 1) return real(Math.asin(a.re));
  const inside = plus(times(I, a), squareRoot(minus(ONE, times(a, a))));
  return times({ re: 0, im: -1 }, logarithm(inside));
}

export function arcTangent(a: Complex): Complex {
  if (a.im === 0) return real(Math.atan(a.re));
  const turned = times(I, a);
  return times({ re: 0, im: 0.5 }, minus(logarithm(minus(ONE, turned)), logarithm(plus(ONE, turned))));
}

function wholePower(base: Complex, exponent: number): Complex {
  if (base.im === 0) return real(base.re ** exponent);
  let [result, square, rest] = [ONE, base, Math.abs(exponent)];
  for (; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = times(result, square);
    square = times(square, square);
  }
  return exponent < 0 ? over(ONE, result) : result;
}
