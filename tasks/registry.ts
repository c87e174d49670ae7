// The tasks by name: a name without a task does not compile.

import type { TaskName } from '../contracts/samples.ts';
import { paraphraseTemplate, scoreTemplate } from './judging.ts';
import { math } from './math/math.ts';
import { nli } from './nli/nli.ts';
import { summarization } from './summarization/summarization.ts';
import type { Task } from './task.ts';
import type { TemplateSpecification } from './template.ts';

const tasks: Readonly<Record<TaskName, Task>> = { nli, math, summarization };

export function taskNamed(name: TaskName): Task {
  return tasks[name];
}

/** Every template that a campaign of the task may ask with. */
export function templatesOf(name: TaskName): readonly TemplateSpecification[] {
  const { generation, attempt, evaluation } = tasks[name].templates;
  return [...new Set([generation, attempt, evaluation]), scoreTemplate, paraphraseTemplate];
}
