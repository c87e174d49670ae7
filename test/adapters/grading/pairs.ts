// Pairs in and verdicts out, for the tests of graders.

import type { GradedPair, Pair, PairGrader } from '../../../adapters/grading/pair-grader.ts';

export async function gradeAll(grader: PairGrader, pairs: readonly Pair[]): Promise<GradedPair[]> {
  const verdicts: GradedPair[] = [];
  for await (const verdict of grader.grade(each(pairs))) verdicts.push(verdict);
  return verdicts;
}

export async function* each(pairs: readonly Pair[]): AsyncGenerator<Pair> {
  yield* pairs;
}
