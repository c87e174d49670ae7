// Scores of problems that were answered several times: pass@k, the mean over samples, and the majority vote.
import { FailureType, PermanentError } from '../../contracts/failures.ts';

/**
 * The chance that k of n samples drawn without replacement hold a right one, c of the n being right: 1 - C(n-c,k)/C(n,k)
 * (Chen et al. 2021), as a product that neither overflows nor cancels.
 * @throws {PermanentError} `InvalidData` unless 0 <= c <= n and 1 <= k <= n, all whole
 */
export function passAtK(n: number, c: number, k: number): number {
  const sound = [n, c, k].every(Number.isInteger) && c >= 0 && c <= n && k >= 1 && k <= n;
  if (!sound) {
    throw new PermanentError(
      FailureType.InvalidData,
      `pass@k: n = ${n}, c = ${c}, k = ${k}; expected whole numbers, 0 <= c <= n, 1 <= k <= n`,
    );
  }
  if (n - c < k) return 1;
  let allWrong = 1;
  for (let drawn = 0; drawn < k; drawn++) allWrong *= (n - c - drawn) / (n - drawn);
  return 1 - allWrong;
}

export interface AverageAtK {
  /** pass@1[avg-of-k]: the share of right samples. */
  readonly mean: number;
  /** Of the k runs, run j being sample j of every item; with k - 1 in the divisor, 0 for one run. */
  readonly standardDeviation: number;
  /** Of the mean: the deviation over the root of k. */
  readonly standardError: number;
}

/**
 * @param correct - one list an item, one entry a sample: a score in [0, 1]; equally many samples for every item
 * @throws {PermanentError} `InvalidData` without items or samples, or where their number differs
 */
export function averageAtK(correct: readonly ArrayLike<number>[]): AverageAtK {
  const samples = correct[0]?.length ?? 0;
  const other = correct.findIndex(({ length }) => length !== samples || length === 0);
  if (samples === 0 || other !== -1) {
    const found = correct.length === 0 ? 'no items' : `item ${other} has ${correct[other]?.length ?? 0} samples`;
    throw new PermanentError(
      FailureType.InvalidData,
      `avg-of-k: ${found}, expected ${samples || 'at least 1'} of each`,
    );
  }
  const runs = Array.from({ length: samples }, (_, run) => mean(correct.map((item) => item[run]!)));
  const average = mean(runs);
  const squares = runs.reduce((sum, run) => sum + (run - average) ** 2, 0);
  const standardDeviation = samples === 1 ? 0 : Math.sqrt(squares / (samples - 1));
  return { mean: average, standardDeviation, standardError: standardDeviation / Math.sqrt(samples) };
}

/** One sample as the vote sees it. */
export interface Vote {
  /** Equal for answers that mean the same; null where the sample states none. */
  readonly answer: number | string | null;
  readonly isCorrect: boolean;
}

/**
 * maj@k of one item, in [0, 1]: is the most frequent answer right? Samples without an answer have no vote; of answers that tie
 * the average counts; 0 where nobody votes.
 */
export function majorityAtK(votes: readonly Vote[]): number {
  const classes = new Map<number | string, { size: number; right: number }>();
  for (const { answer, isCorrect } of votes) {
    if (answer === null) continue;
    const { size, right } = classes.get(answer) ?? { size: 0, right: 0 };
    classes.set(answer, { size: size + 1, right: right + Number(isCorrect) });
  }
  const largest = Math.max(...[...classes.values()].map(({ size }) => size));
  const leading = [...classes.values()].filter(({ size }) => size === largest);
  return leading.length === 0 ? 0 : mean(leading.map(({ size, right }) => right / size));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
