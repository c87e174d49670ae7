// The campaign file as commands take it: loaded with what the tasks know of their fields, slices and prompts.

import { loadCampaign } from '../config/load.ts';
import type { LoadedCampaign } from '../config/load.ts';
import { taskNames } from '../contracts/samples.ts';
import { knowledgeOf } from '../tasks/knowledge.ts';
import type { Services } from './services.ts';

export interface CampaignFileOptions {
  readonly quick?: true;
  readonly set?: readonly string[];
  readonly name?: string;
}

/** @throws {PermanentError} `InvalidConfig` naming every bad field */
export function readCampaignFile(file: string, options: CampaignFileOptions, services: Services): LoadedCampaign {
  const known = taskNames.map((name) => [name, knowledgeOf(services.task(name))] as const);
  return loadCampaign(file, {
    size: options.quick === true ? 'quick' : 'full',
    tasks: Object.fromEntries(known),
    environment: services.environment,
    ...(options.set === undefined ? {} : { set: options.set }),
    ...(options.name === undefined ? {} : { name: options.name }),
  });
}

/** For options that may be given several times. */
export function collected(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
