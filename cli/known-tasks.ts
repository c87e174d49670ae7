// What files of any kind may name of each task, for whoever loads one.

import type { TaskCatalogue } from '../config/cross-checks.ts';
import { taskNames } from '../contracts/samples.ts';
import { knowledgeOf } from '../tasks/knowledge.ts';
import type { Services } from './services.ts';

export function knownTasks(services: Pick<Services, 'task'>): TaskCatalogue {
  return Object.fromEntries(taskNames.map((name) => [name, knowledgeOf(services.task(name))]));
}
