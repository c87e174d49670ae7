// Reads one campaign file: YAML or JSON, `quick:` and `--set` laid over it, checked, resolved. The only way to a CampaignConfig.

import { readFileSync, statSync } from 'node:fs';
import type { CampaignConfig } from '../contracts/campaign.ts';
import { crossCheck } from './cross-checks.ts';
import type { TaskCatalogue } from './cross-checks.ts';
import { fillPaths } from './environment-paths.ts';
import { resolveCampaign } from './resolve.ts';
import type { Environment } from './resolve.ts';
import { campaignSchema } from './schema.ts';
import { readCheckedFile } from './written-file.ts';
import type { FileOverrides } from './written-file.ts';

export interface LoadOverrides extends FileOverrides {
  /** What each task knows; without it field and slice names are not checked. */
  readonly tasks?: TaskCatalogue;
  readonly environment?: Environment;
  /** `later`: files of samples need not be there yet. Default: they must be. */
  readonly data?: 'now' | 'later';
}

export interface LoadedCampaign {
  readonly config: CampaignConfig;
  /** Absolute path of the file. */
  readonly source: string;
}

/** @throws {PermanentError} `InvalidConfig` naming the file and every bad field */
export function loadCampaign(path: string, overrides: LoadOverrides = {}): LoadedCampaign {
  const kind = { kind: 'campaign', example: 'examples/embedded.yaml', overrides };
  const environment = overrides.environment ?? process.env;
  const { file: written, source, invalid } = readCheckedFile(path, campaignSchema, kind);
  const file = fillPaths(written, environment);
  const config = resolveCampaign(file, source, environment);
  const size = overrides.data === 'later' ? null : fileSize;
  const problems = crossCheck(file, config, overrides.tasks ?? {}, { size, text: fileText });
  if (problems.length > 0) throw invalid(problems);
  return { config, source };
}

/** Bytes of a file; null where there is none. */
export function fileSize(path: string): number | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : null;
}

/** A file's text; null where there is none. */
export function fileText(path: string): string | null {
  return fileSize(path) === null ? null : readFileSync(path, 'utf8');
}
