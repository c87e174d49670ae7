// Two systems on the same items: the exact McNemar test of grades and the bootstrap interval of the difference of scores.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { BootstrapPlan, Interval } from './intervals.ts';
import { bootstrapInterval } from './intervals.ts';

/** 1 = right, 0 = wrong, one entry an item. */
export type Grades = ArrayLike<number>;

export interface PairedTest {
  /** Items that only the first, and only the second, got right. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Two-sided exact probability of a split at least this uneven under equal accuracy; 1 when they never differ. */
  readonly pValue: number;
}

/**
 * McNemar's exact test: the discordant items are fair coin tosses under equal accuracy.
 * @throws {PermanentError} `InvalidData` when the lengths differ, are 0, or a grade is neither 0 nor 1
 */
export function mcNemarTest(first: Grades, second: Grades): PairedTest {
  requirePairs(first, second, isGrade, '0 or 1');
  let onlyFirst = 0;
  let onlySecond = 0;
  for (let item = 0; item < first.length; item++) {
    if (first[item]! > second[item]!) onlyFirst++;
    else if (first[item]! < second[item]!) onlySecond++;
  }
  const tosses = onlyFirst + onlySecond;
  const pValue = Math.min(1, 2 * fairCoinTail(Math.min(onlyFirst, onlySecond), tosses));
  return { onlyFirst, onlySecond, pValue };
}

/**
 * Mean score of the first less that of the second (with grades: the difference of accuracies), with the percentile bootstrap
 * interval over items drawn in pairs.
 * @throws {PermanentError} `InvalidData` when the lengths differ, are 0, or a score is not finite
 */
export function pairedDifference(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  plan: BootstrapPlan,
): Interval & { readonly difference: number } {
  requirePairs(first, second, Number.isFinite, 'finite numbers');
  const differences = Float64Array.from({ length: first.length }, (_, item) => first[item]! - second[item]!);
  const mean = (indices: ArrayLike<number>): number => {
    let sum = 0;
    for (let position = 0; position < indices.length; position++) sum += differences[indices[position]!]!;
    return sum / indices.length;
  };
  const difference = mean(Uint32Array.from(differences.keys()));
  return { difference, ...bootstrapInterval(first.length, mean, plan) };
}

// P(at most `heads` in `tosses` fair tosses). Terms are added in logarithms of their size: 2^-tosses underflows at 1,075.
function fairCoinTail(heads: number, tosses: number): number {
  let logTerm = -tosses * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let count = 1; count <= heads; count++) {
    logTerm += Math.log((tosses - count + 1) / count);
    tail += Math.exp(logTerm);
  }
  return tail;
}

function requirePairs(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  isSound: (value: number) => boolean,
  expected: string,
): void {
  if (first.length !== second.length || first.length === 0) {
    throw new PermanentError(
      FailureType.InvalidData,
      `paired test: ${first.length} and ${second.length} scores, expected the same items, at least one`,
    );
  }
  for (let item = 0; item < first.length; item++) {
    if (isSound(first[item]!) && isSound(second[item]!)) continue;
    throw new PermanentError(
      FailureType.InvalidData,
      `paired test: item ${item} has ${first[item]} and ${second[item]}, expected ${expected}`,
    );
  }
}

function isGrade(value: number): boolean {
  return value === 0 || value === 1;
}
