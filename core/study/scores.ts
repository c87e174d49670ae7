// What a student's answers on one benchmark are worth in a study, and what guessing is worth there.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { StudyConfig } from '../../contracts/study.ts';
import type { TrialScore } from '../../contracts/trials.ts';

type Rule = StudyConfig['score'];

/**
 * Accuracy, or the mean of the accuracies by label, with its standard error over rows (within label).
 * @param correct - 1, 0 or a share a row
 * @param labels - the right answer a row
 */
export function trialScore(
  correct: ArrayLike<number>,
  labels: readonly string[],
  rule: Rule,
): Omit<TrialScore, 'chance'> {
  const groups = new Map<string, { right: number; squares: number; n: number }>();
  labels.forEach((label, row) => {
    const name = rule === 'accuracy' ? '' : label;
    const { right, squares, n } = groups.get(name) ?? { right: 0, squares: 0, n: 0 };
    const value = correct[row]!;
    groups.set(name, { right: right + value, squares: squares + value * value, n: n + 1 });
  });
  const parts = [...groups.values()].map(({ right, squares, n }) => {
    return { share: right / n, variance: Math.max(0, squares / n - (right / n) ** 2) / n };
  });
  const mean = parts.reduce((sum, { share }) => sum + share, 0) / parts.length;
  const variance = parts.reduce((sum, part) => sum + part.variance, 0) / parts.length ** 2;
  return { score: mean, error: Math.sqrt(variance), n: labels.length };
}

/**
 * What the best guess that never looks at the row scores: one over the labels, or the share of the commonest answer.
 * @throws {PermanentError} `InvalidData` for a benchmark on which that is everything
 */
export function chanceOf(benchmark: string, labels: readonly string[], rule: Rule): number {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  if (counts.size < 2) {
    throw new PermanentError(
      FailureType.InvalidData,
      `Study, benchmark ${benchmark}: all ${labels.length} rows have the answer "${labels[0] ?? ''}", so guessing scores ` +
        'everything; leave it out, or add rows with other answers',
    );
  }
  return rule === 'accuracy' ? Math.max(...counts.values()) / labels.length : 1 / counts.size;
}
