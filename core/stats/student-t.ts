// The quantile function of Student's t distribution.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { normalQuantile } from './normal.ts';

/**
 * The t with P(T <= t) = `probability` at `degrees` degrees of freedom: exact for one and two, otherwise by Hill's
 * expansion (Communications of the ACM 13, 1970, algorithm 396), to about five digits.
 * @throws {PermanentError} `InvalidConfig` outside 0 < probability < 1 or below one degree of freedom
 */
export function studentQuantile(probability: number, degrees: number): number {
  if (!(probability > 0 && probability < 1 && degrees >= 1)) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `Student quantile: probability ${probability} at ${degrees} degrees of freedom; expected 0 to 1 and at least 1`,
    );
  }
  if (probability < 0.5) return -studentQuantile(1 - probability, degrees);
  if (degrees === 1) return Math.tan(Math.PI * (probability - 0.5));
  if (degrees === 2) {
    const centred = 2 * probability - 1;
    return centred * Math.sqrt(2 / (1 - centred * centred));
  }
  return hillQuantile(2 * (1 - probability), degrees);
}

/** `tails` is the probability outside both ends, as the algorithm has it. */
function hillQuantile(tails: number, n: number): number {
  const a = 1 / (n - 0.5);
  const b = (48 / a) * (1 / a);
  const c = (((20700 * a) / b - 98) * a - 16) * a + 96.36;
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * n;
  const y = (d * tails) ** (2 / n);
  return y > 0.05 + a ? centralQuantile(tails, n, { a, b, c, d }) : Math.sqrt(n * tailSquare(y, n, { a, b, c, d }));
}

interface Terms {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

function centralQuantile(tails: number, n: number, { a, b, c, d }: Terms): number {
  const x = normalQuantile(tails / 2);
  const y = x * x;
  const wide = n < 5 ? c + 0.3 * (n - 4.5) * (x + 0.6) : c;
  const base = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + wide;
  const z = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / base - y - 3) / b + 1) * x;
  const square = a * z * z;
  return Math.sqrt(n * (square > 0.002 ? Math.expm1(square) : 0.5 * square * square + square));
}

function tailSquare(y: number, n: number, { d }: Terms): number {
  const slope = 1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3);
  return ((slope + 0.5 / (n + 4)) * y - 1) * ((n + 1) / (n + 2)) + 1 / y;
}
