// Rank correlation of paired values, plain and with other quantities held fixed.
import { FailureType, PermanentError } from '../../contracts/failures.ts';

/**
 * Spearman's rho: Pearson's correlation of ranks, equal values sharing the average of their ranks. NaN where either side is
 * constant.
 * @throws {PermanentError} `InvalidData` for unequal lengths, fewer than two values, or one that is not finite
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  requireColumns([x, y]);
  return pearson(averageRanks(x), averageRanks(y));
}

/**
 * Spearman's rho of what is left of the ranks of x and y after a least-squares fit on the ranks of `controls` and a constant.
 * Controls that repeat each other count once. NaN where nothing is left of x or y.
 * @param controls - one list a quantity, each as long as x; none gives `spearman`
 * @throws {PermanentError} `InvalidData` as `spearman`
 */
export function partialSpearman(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  controls: readonly ArrayLike<number>[],
): number {
  requireColumns([x, y, ...controls]);
  const basis = orthonormalBasis(controls.map(averageRanks));
  return pearson(restOf(averageRanks(x), basis), restOf(averageRanks(y), basis));
}

/** What is left of a list after a least-squares fit on a constant and the columns that `basis` spans; zeros for rounding. */
export function restOf(values: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const start = centred(values);
  return withoutDust(projectedOut(start, basis), start);
}

/** Ranks from 1; equal values share the average of the ranks they take up. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, place) => place).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end += 1;
    for (let place = start; place < end; place++) ranks[order[place]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Pearson's correlation of lists of equal length; NaN where either is constant. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const [left, right] = [centred(x), centred(y)];
  const scale = Math.sqrt(dot(left, left)) * Math.sqrt(dot(right, right));
  return scale === 0 ? NaN : Math.max(-1, Math.min(1, dot(left, right) / scale));
}

function centred(values: ArrayLike<number>): Float64Array {
  let sum = 0;
  for (let place = 0; place < values.length; place++) sum += values[place]!;
  const mean = sum / values.length;
  return Float64Array.from(values, (value) => value - mean);
}

/** Gram-Schmidt over the centred columns; a column that the others explain adds nothing. */
export function orthonormalBasis(columns: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const rest = restOf(column, basis);
    const norm = Math.sqrt(dot(rest, rest));
    if (norm > 0) basis.push(rest.map((value) => value / norm));
  }
  return basis;
}

/** Twice, since one pass leaves rounding of the size of what it removes. */
function projectedOut(values: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const rest = values.slice();
  for (const direction of [...basis, ...basis]) {
    const share = dot(rest, direction);
    for (let place = 0; place < rest.length; place++) rest[place]! -= share * direction[place]!;
  }
  return rest;
}

/** Zero where the rest is rounding of what it is left of: its direction would be chance. */
function withoutDust(rest: Float64Array, whole: Float64Array): Float64Array {
  return dot(rest, rest) > 1e-18 * dot(whole, whole) ? rest : new Float64Array(rest.length);
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let place = 0; place < x.length; place++) sum += x[place]! * y[place]!;
  return sum;
}

function requireColumns(columns: readonly ArrayLike<number>[]): void {
  const lengths = columns.map(({ length }) => length);
  if (lengths.some((length) => length < 2 || length !== lengths[0])) {
    throw new PermanentError(
      FailureType.InvalidData,
      `rank correlation: lists of ${lengths.join(', ')} values, expected equal lengths of at least 2`,
    );
  }
  for (const [column, values] of columns.entries()) {
    const wrong = Array.from(values).findIndex((value) => !Number.isFinite(value));
    if (wrong === -1) continue;
    throw new PermanentError(
      FailureType.InvalidData,
      `rank correlation: value ${wrong} of list ${column} is ${values[wrong]}, expected a finite number`,
    );
  }
}
