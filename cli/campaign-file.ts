// The campaign file as commands take it: loaded with what the tasks know of their fields, slices and prompts.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCampaign } from '../config/load.ts';
import type { LoadedCampaign } from '../config/load.ts';
import { suggestion } from '../config/problems.ts';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import { knownTasks } from './known-tasks.ts';
import type { Services } from './services.ts';

const PRESETS = fileURLToPath(new URL('../presets', import.meta.url));

export interface CampaignFileOptions {
  readonly quick?: true;
  readonly set?: readonly string[];
  readonly name?: string;
}

/**
 * @param data - `later`: its files of samples need not be there yet
 * @throws {PermanentError} `InvalidConfig` naming every bad field
 */
export function readCampaignFile(
  file: string,
  options: CampaignFileOptions,
  services: Services,
  data: 'now' | 'later' = 'now',
): LoadedCampaign {
  const path = campaignFileAt(file);
  return loadCampaign(path, {
    size: options.quick === true ? 'quick' : 'full',
    tasks: knownTasks(services),
    environment: services.environment,
    data,
    ...(options.set === undefined ? {} : { set: options.set }),
    ...(options.name === undefined ? {} : { name: options.name }),
  });
}

/**
 * `preset:NAME` is a file of presets/; everything else is a path.
 * @throws {PermanentError} `InvalidConfig` for a preset that is not there
 */
export function campaignFileAt(file: string): string {
  const name = /^preset:(.*)$/s.exec(file)?.[1];
  if (name === undefined) return file;
  const known = readdirSync(PRESETS).flatMap((entry) =>
    entry.endsWith('.yaml') ? [entry.slice(0, -'.yaml'.length)] : [],
  );
  if (known.includes(name)) return join(PRESETS, `${name}.yaml`);
  throw new PermanentError(FailureType.InvalidConfig, `There is no preset "${name}"; ${suggestion(name, known)}`);
}

/** For options that may be given several times. */
export function collected(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
