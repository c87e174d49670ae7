// The campaign file as commands take it: loaded with what the tasks know of their fields and slices.

import { loadCampaign } from '../config/load.ts';
import type { LoadedCampaign } from '../config/load.ts';
import { taskNames } from '../contracts/samples.ts';
import type { Services } from './services.ts';

export interface CampaignFileOptions {
  readonly quick?: true;
  readonly set?: readonly string[];
  readonly name?: string;
}

/** @throws {PermanentError} `InvalidConfig` naming every bad field */
export function readCampaignFile(file: string, options: CampaignFileOptions, services: Services): LoadedCampaign {
  const known = taskNames.map((name) => {
    const { fields, slices } = services.task(name);
    const required = Object.keys(fields).filter((field) => fields[field]?.startsWith('optional') !== true);
    return [name, { fields: Object.keys(fields), required, slices: Object.keys(slices) }] as const;
  });
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
