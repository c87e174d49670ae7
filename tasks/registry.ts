// The tasks by name: a name without a task does not compile.

import type { TaskName } from '../contracts/samples.ts';
import { math } from './math/math.ts';
import { nli } from './nli/nli.ts';
import type { Task } from './task.ts';

const tasks: Readonly<Record<TaskName, Task>> = { nli, math };

export function taskNamed(name: TaskName): Task {
  return tasks[name];
}
