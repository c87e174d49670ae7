// What one attempt runs: the command with its placeholders filled, the files that it reads, the environment.

import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TrainerProgram } from '../../../contracts/trainers.ts';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import type { PlaceholderValues } from './placeholders.ts';
import { renderProgram } from './rendered-program.ts';
import type { RenderedProgram } from './rendered-program.ts';
import { writeWholeFile } from './run-files.ts';
import type { RunFolder } from './run-folder.ts';

export interface LaunchInput {
  readonly program: TrainerProgram;
  readonly folder: RunFolder;
  readonly runKey: string;
  readonly attempt: number;
  readonly seed: number;
  readonly resumeCheckpoint: string | null;
}

export interface LaunchPlan {
  readonly command: readonly string[];
  /** Beside what the place it runs in has already. */
  readonly environment: Readonly<Record<string, string>>;
}

const PROGRAMS = fileURLToPath(new URL('programs', import.meta.url));

/**
 * Writes what the command reads into the run's folder, except for the training set.
 * @throws {PermanentError} `InvalidConfig` as `renderProgram` does, and for a named environment variable that is not set
 */
export async function planLaunch(input: LaunchInput): Promise<LaunchPlan> {
  const { program, folder } = input;
  const rendered = renderProgram(program, placeholderValues(input));
  const environment = { ...ownEnvironment(program), ...fixedEnvironment(folder) };
  await writeProgramFiles(rendered, folder);
  return { command: rendered.command, environment };
}

export async function writeProgramFiles(rendered: RenderedProgram, folder: RunFolder): Promise<void> {
  await mkdir(folder.data, { recursive: true });
  if (rendered.configuration !== null) await writeWholeFile(folder.configFile, rendered.configuration);
  for (const { name, text } of rendered.dataFiles) await writeWholeFile(join(folder.data, name), text);
  if (rendered.ownProgram !== null) await copyFile(join(PROGRAMS, rendered.ownProgram), folder.program);
}

/** What every training program is told, beside its own environment. */
export function fixedEnvironment(folder: RunFolder): Readonly<Record<string, string>> {
  return { PYTHONUNBUFFERED: '1', TOKENIZERS_PARALLELISM: 'false', DIFFRACT_PROGRESS_FILE: folder.progress };
}

export function placeholderValues(input: LaunchInput): PlaceholderValues {
  const { program, folder, runKey, attempt, seed, resumeCheckpoint } = input;
  return {
    model: program.model,
    train_file: folder.trainFile,
    dataset_dir: folder.data,
    dataset_name: 'train',
    output_dir: folder.output,
    config_file: folder.configFile,
    program: folder.program,
    resume_checkpoint: resumeCheckpoint,
    seed,
    run_id: runKey,
    attempt,
  };
}

/** The values of `env:NAME` in the trainer's environment: what must not be shown. */
export function secretValues({ environment }: TrainerProgram): string[] {
  return Object.values(environment).flatMap((value) => {
    const name = namedVariable(value);
    return (name !== null && process.env[name]) || [];
  });
}

function ownEnvironment({ environment }: TrainerProgram): LaunchPlan['environment'] {
  const own = Object.entries(environment).map(([name, value]) => [name, resolveVariable(name, value)] as const);
  return Object.fromEntries(own);
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

/** The variable that `env:NAME` names; null for a value that is meant as it stands. */
export function namedVariable(value: string): string | null {
  return /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(value)?.[1] ?? null;
}
