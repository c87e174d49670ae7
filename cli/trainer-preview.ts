// All that the training program of a student would be told, as `diffract check --trainer` shows it; nothing is written.

import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { fixedEnvironment, placeholderValues } from '../adapters/trainer/command/launch-plan.ts';
import { renderProgram } from '../adapters/trainer/command/rendered-program.ts';
import type { RenderedProgram } from '../adapters/trainer/command/rendered-program.ts';
import { runFolder } from '../adapters/trainer/command/run-folder.ts';
import { attemptManifest, podFolder, runsFolder } from '../adapters/trainer/kubernetes/manifests.ts';
import type { Manifest } from '../adapters/trainer/kubernetes/manifests.ts';
import type { CampaignConfig } from '../contracts/campaign.ts';
import type { Services } from './services.ts';

export interface TrainerPreview extends RenderedProgram {
  /** Beside what the place it runs in has; values of secrets stay `env:NAME`. */
  readonly environment: Readonly<Record<string, string>>;
  /** The object of the cluster; null where it runs beside the worker. */
  readonly manifest: Manifest | null;
}

/** Stands for the key of the run, which follows from the pool. */
const RUN_KEY = 'run';

/** Null for a student that is trained without a program. */
export function trainerPreview(
  { student, seed }: CampaignConfig,
  { environment: here }: Pick<Services, 'environment'>,
): TrainerPreview | null {
  if (student === undefined || student.kind === 'embedded') return null;
  const workFolder = here['DIFFRACT_TRAINING_FOLDER'] ?? '.diffract/training';
  const folder = runFolder(student.kind === 'command' ? resolve(workFolder) : join(podFolder, runsFolder), RUN_KEY);
  const values = placeholderValues({
    program: student,
    folder,
    runKey: RUN_KEY,
    attempt: 1,
    seed,
    resumeCheckpoint: null,
  });
  const rendered = renderProgram(student, values);
  const fixed = fixedEnvironment(folder);
  const manifest =
    student.kind === 'command'
      ? null
      : attemptManifest({
          config: student,
          runKey: RUN_KEY,
          attempt: 1,
          command: rendered.command,
          environment: fixed,
        });
  return { ...rendered, environment: { ...student.environment, ...fixed }, manifest };
}

export function trainerText({ command, configuration, dataFiles, environment, manifest }: TrainerPreview): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [
    'The training program is started as',
    indented(command.map(quoted).join(' ')),
    'with',
    indented(variables.join('\n')),
    ...(configuration === null ? [] : ['Its configuration file:', indented(configuration)]),
    ...dataFiles.flatMap(({ name, text }) => [`Beside its data, ${name}:`, indented(text)]),
    ...(manifest === null ? [] : ['As this object of the cluster:', indented(stringify(manifest))]),
  ].join('\n');
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '  ');
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./{}-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
