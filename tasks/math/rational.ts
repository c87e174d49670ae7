// Exact rational numbers over bigint, and the notations of them that answers use.

/** Lowest terms, denominator above 0. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** @throws {RangeError} for a denominator of 0 */
export function rational(numerator: bigint, denominator: bigint = 1n): Rational {
  if (denominator === 0n) throw new RangeError('a fraction with denominator 0');
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = sign * greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

export function sameNumber(a: Rational, b: Rational): boolean {
  return a.numerator === b.numerator && a.denominator === b.denominator;
}

export function sumOf(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function productOf(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** @throws {RangeError} for a divisor of 0 */
export function quotientOf(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** The nearest float64; infinite beyond its range. */
export function asFloat({ numerator, denominator }: Rational): number {
  const [top, bottom] = [Number(numerator), Number(denominator)];
  if (Number.isFinite(top) && Number.isFinite(bottom)) return top / bottom;
  const shift = BigInt(Math.max(bitLength(numerator), bitLength(denominator)) - 1000);
  return Number(numerator >> shift) / Number(denominator >> shift);
}

/** Binary digits of the size of `value`. */
export function bitLength(value: bigint): number {
  return (value < 0n ? -value : value).toString(16).length * 4;
}

/** An integer, a finite decimal where there is one, else `a/b`. */
export function formatRational({ numerator, denominator }: Rational): string {
  if (denominator === 1n) return String(numerator);
  const places = decimalPlaces(denominator);
  if (places === null) return `${numerator}/${denominator}`;
  const scaled = (numerator * 10n ** BigInt(places)) / denominator;
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(places + 1, '0');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/**
 * The number that `text` writes: `-3`, `1,234.50`, `.5`, `4.5e3`, `7/8`, `\frac{7}{8}`, `1 1/2`, `1\frac{1}{2}`; null
 * for anything else, and for numbers of more than 4,000 characters or digits.
 */
export function parseRational(text: string): Rational | null {
  if (text.length > LONGEST_NUMBER) return null;
  const plain = text
    .trim()
    .replace(/^\+/, '')
    .replace(/\\[dtc]?frac/g, '\\frac')
    .replace(/\\frac(\d)(\d)/g, '\\frac{$1}{$2}');
  const fraction = /^(-?)\s*(?:(\d+)\s*)?\\frac\{\s*(-?\d+)\s*\}\{\s*(-?\d+)\s*\}$/.exec(plain);
  if (fraction) return mixed(fraction);
  const slashed = /^(-?)\s*(?:(\d+)\s+)?(\d+)\s*\/\s*(-?\d+)$/.exec(plain);
  if (slashed) return mixed(slashed);
  return decimal(plain);
}

/** Characters of a number; reading more would take time that grows with the square. */
const LONGEST_NUMBER = 4000;

function mixed([, sign = '', units = '0', top = '0', bottom = '1']: readonly (string | undefined)[]): Rational | null {
  if (BigInt(bottom) === 0n) return null;
  const part = rational(BigInt(top), BigInt(bottom));
  const numerator = BigInt(units) * part.denominator + part.numerator;
  return rational(sign === '-' ? -numerator : numerator, part.denominator);
}

function decimal(text: string): Rational | null {
  const match = /^(-?)(\d{1,3}(?:,\d{3})+|\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i.exec(text);
  const [, sign = '', units = '', places = '', exponent = '0'] = match ?? [];
  if (!match || (units === '' && places === '')) return null;
  const power = Number(exponent) - places.length;
  if (Math.abs(power) > LONGEST_NUMBER) return null;
  const digits = BigInt(`${sign}${units.replaceAll(',', '')}${places}`);
  return power >= 0 ? rational(digits * 10n ** BigInt(power)) : rational(digits, 10n ** BigInt(-power));
}

/** Decimal places that write 1/denominator exactly; null when none do. */
function decimalPlaces(denominator: bigint): number | null {
  let [rest, twos, fives] = [denominator, 0, 0];
  for (; rest % 2n === 0n; rest /= 2n) twos += 1;
  for (; rest % 5n === 0n; rest /= 5n) fives += 1;
  return rest === 1n ? Math.max(twos, fives) : null;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [large, small] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (small !== 0n) [large, small] = [small, large % small];
  return large;
}
