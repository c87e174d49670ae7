// Screening: which benchmarks a student does better on than a guesser, decided from subsets drawn for this alone, before
// any correlation is looked at.

import type { Trial } from '../../contracts/trials.ts';
import { normalQuantile } from '../stats/normal.ts';
import { mean } from './mean.ts';
import { randomSubsets, wholePool } from './plan-draws.ts';

export interface ScreenedBenchmark {
  readonly student: string;
  readonly benchmark: string;
  readonly distribution: 'in' | 'out';
  readonly chance: number;
  /** Mean over the random subsets. */
  readonly score: number;
  /** 95 %, over the benchmark's rows. */
  readonly interval: readonly [number, number];
  /** Trained on all of the pool. */
  readonly wholePool: number;
  /** The interval lies above chance. */
  readonly kept: boolean;
}

export interface ScreenedSet {
  readonly name: string;
  readonly distribution: 'in' | 'out';
}

/**
 * The rule: a benchmark counts for a student when the mean score over the random screening subsets, less 1.96 standard
 * errors, is above chance. The subsets answer the same rows, so their errors do not average out and the mean error is taken.
 */
export function screenBenchmarks(trials: readonly Trial[], sets: readonly ScreenedSet[]): ScreenedBenchmark[] {
  const students = [...new Set(trials.map(({ student }) => student))].sort();
  return students.flatMap((student) => {
    const own = trials.filter((trial) => trial.student === student);
    return sets.map(({ name, distribution }) => {
      const scoresOf = (recipe: string) => own.flatMap((trial) => (trial.recipe === recipe ? trial.scores[name]! : []));
      const random = scoresOf(randomSubsets);
      const score = mean(random.map((one) => one.score));
      const chance = random[0]!.chance;
      const reach = normalQuantile(0.975) * mean(random.map(({ error }) => error));
      return {
        student,
        benchmark: name,
        distribution,
        chance,
        score,
        interval: [score - reach, score + reach] as const,
        wholePool: mean(scoresOf(wholePool).map((one) => one.score)),
        kept: score - reach > chance,
      };
    });
  });
}
