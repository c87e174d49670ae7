// Grades by the task's own rule, which is quick, on the caller's thread.

import type { Task } from '../../tasks/task.ts';
import type { PairGrader } from './pair-grader.ts';

export function createTaskGrader(task: Task): PairGrader {
  return {
    name: task.name,
    async *grade(pairs) {
      for await (const { response, answer } of pairs) {
        const correct = task.grade(response, answer);
        yield { correct, extracted: null, reason: correct ? 'equal' : 'different' };
      }
    },
  };
}
