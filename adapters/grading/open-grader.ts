// The grader that was asked for: a command, the grader of mathematics on its thread, or the rule of another task.

import type { TaskName } from '../../contracts/samples.ts';
import type { Profile } from '../../tasks/math/grading/grader.ts';
import { taskNamed } from '../../tasks/registry.ts';
import { createCommandGrader } from './command-grader.ts';
import type { PairGrader } from './pair-grader.ts';
import { createTaskGrader } from './task-grader.ts';
import { createThreadGrader } from './thread-grader.ts';

export interface WantedGrader {
  readonly task: TaskName;
  readonly profile?: Profile;
  readonly command?: string;
  /** Seconds for one pair, or between two verdicts of a command. */
  readonly timeLimit?: number;
}

const PAIR_SECONDS = 3;
/** A command may load a library before its first verdict. */
const COMMAND_SECONDS = 60;

export function openGrader({ task, profile = 'qwen', command, timeLimit }: WantedGrader): PairGrader {
  if (command !== undefined) return createCommandGrader({ command, limitSeconds: timeLimit ?? COMMAND_SECONDS });
  if (task === 'math') return createThreadGrader({ profile, limitSeconds: timeLimit ?? PAIR_SECONDS });
  return createTaskGrader(taskNamed(task));
}
