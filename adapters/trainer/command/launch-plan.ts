// What one attempt runs: the command with its placeholders filled, the configuration file beside it, the environment.

import { basename } from 'node:path';
import { stringify } from 'yaml';
import type { CommandTrainerConfig } from '../../../contracts/campaign.ts';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { fillCommand, mentions } from './placeholders.ts';
import { writeWholeFile } from './run-files.ts';
import type { RunFolder } from './run-folder.ts';
import { trlSupervised } from './templates/trl-sft.ts';
import type { ConfigurationTemplate } from './templates/template.ts';

export interface LaunchInput {
  readonly config: CommandTrainerConfig;
  readonly folder: RunFolder;
  readonly runKey: string;
  readonly seed: number;
  readonly resumeCheckpoint: string | null;
}

export interface LaunchPlan {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const templates: readonly ConfigurationTemplate[] = [trlSupervised];

/**
 * Writes `{{config_file}}` where the command asks for one.
 * @throws {PermanentError} `InvalidConfig` for an empty command, a placeholder or a template that is unknown, and a named
 * environment variable that is not set
 */
export async function planLaunch(input: LaunchInput): Promise<LaunchPlan> {
  const { config, folder, runKey, seed, resumeCheckpoint } = input;
  const command = fillCommand(config.command, {
    model: config.model,
    train_file: folder.trainFile,
    output_dir: folder.output,
    seed: String(seed),
    run_id: runKey,
    resume_checkpoint: resumeCheckpoint,
    config_file: folder.configFile,
  });
  if (command.length === 0) {
    throw new PermanentError(FailureType.InvalidConfig, "The trainer's command is empty: give program and arguments.");
  }
  if (mentions(config.command, 'config_file')) {
    // Python reads YAML 1.1, where a bare `no` is false.
    await writeWholeFile(folder.configFile, stringify(configuration(input), { version: '1.1' }));
  }
  return { command, environment: trainerEnvironment(config, folder) };
}

/** The values of `env:NAME` in the trainer's environment: what must not be shown. */
export function secretValues(config: CommandTrainerConfig): string[] {
  return Object.values(config.environment).flatMap((value) => {
    const name = namedVariable(value);
    return (name !== null && process.env[name]) || [];
  });
}

function configuration({ config, folder, seed, resumeCheckpoint }: LaunchInput): object {
  const program = templates.find((template) => config.command.some((word) => basename(word) === template.program));
  if (program === undefined) {
    const known = templates.map((template) => template.program).join(', ');
    throw new PermanentError(
      FailureType.InvalidConfig,
      `{{config_file}} is written for these programs only: ${known}; the trainer's command names none of them. ` +
        'Give the path of a configuration file of your own instead.',
    );
  }
  const { trainFile, output } = folder;
  return program.configuration({ model: config.model, trainFile, outputFolder: output, seed, resumeCheckpoint });
}

function trainerEnvironment(config: CommandTrainerConfig, folder: RunFolder): LaunchPlan['environment'] {
  const own = Object.entries(config.environment).map(([name, value]) => [name, resolveVariable(name, value)] as const);
  return {
    ...process.env,
    PYTHONUNBUFFERED: '1',
    TOKENIZERS_PARALLELISM: 'false',
    ...Object.fromEntries(own),
    DIFFRACT_PROGRESS_FILE: folder.progress,
  };
}

function resolveVariable(name: string, value: string): string {
  const named = namedVariable(value);
  if (named === null) return value;
  const found = process.env[named];
  if (found !== undefined) return found;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `The trainer's environment takes ${name} from the variable ${named}, which is not set. Set it where the workers run.`,
  );
}

function namedVariable(value: string): string | null {
  return /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(value)?.[1] ?? null;
}
