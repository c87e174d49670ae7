// Grades by the task's own rule, which is quick, on the caller's thread.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { Task } from '../../tasks/task.ts';
import type { PairGrader } from './pair-grader.ts';

/** @throws {PermanentError} `InvalidConfig` for a task whose answers are neither right nor wrong */
export function createTaskGrader({ name, grading }: Task): PairGrader {
  if (grading.kind === 'texts') {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `Answers of the task ${name} are neither right nor wrong; score them with: diffract metrics rouge-l,meteor,chrf FILE.`,
    );
  }
  return {
    name: grading.grader,
    async *grade(pairs) {
      for await (const { response, answer } of pairs) {
        const extracted = grading.stated(response);
        const correct = grading.grade(response, answer);
        yield { correct, extracted, reason: correct ? 'equal' : extracted === null ? 'no-answer' : 'different' };
      }
    },
  };
}
