// The verdict of a task that grades answers as right or wrong.

import type { Task } from '../../tasks/task.ts';

export function isRight({ grading }: Task, response: string, expected: string): boolean {
  if (grading.kind !== 'answers') throw new Error('its answers are neither right nor wrong');
  return grading.grade(response, expected);
}
