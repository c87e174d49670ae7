// The trainer that is somebody else's program: any command that reads a file of examples and writes a model. It is
// started in a process group of its own, survives the worker that started it, and is taken up again by its run key.

import { mkdir, stat } from 'node:fs/promises';
import type { Trainer, TrainingRun, TrainingSpecification } from '../../../activities/ports/trainer.ts';
import type { CommandTrainerConfig } from '../../../contracts/campaign.ts';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { readAttempts, startAttempt } from './attempts.ts';
import { newestWholeCheckpoint } from './checkpoints.ts';
import { commandRun } from './command-run.ts';
import { planLaunch, secretValues } from './launch-plan.ts';
import { readProgress } from './progress.ts';
import { writeWholeFile } from './run-files.ts';
import { runFolder } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { trainingLines } from './training-data.ts';

export interface CommandTrainerSettings {
  /** Runs lie here, one folder each, with their checkpoints: a durable disk of this machine. */
  readonly workFolder: string;
  /** Attempts that may crash or stall before a run counts as failed. */
  readonly attempts?: number;
  /** How long a trainer may take to end after SIGTERM. */
  readonly graceSeconds?: number;
}

/**
 * A run that had failed or was cancelled is tried afresh when it is started again, from its newest whole checkpoint; one
 * that runs or has succeeded is adopted. Relative paths in the command are relative to the worker's own folder.
 */
export function createCommandTrainer(settings: CommandTrainerSettings): Trainer {
  const { workFolder, attempts = 3, graceSeconds = 120 } = settings;
  return {
    async start(specification) {
      const config = commandConfig(specification);
      const folder = runFolder(workFolder, specification.runKey);
      await prepareFolder(folder, config, specification);
      const startNext = attemptStarter(folder, config, specification);
      const secrets = secretValues(config);
      const redact = (text: string): string =>
        secrets.reduce((kept, secret) => kept.replaceAll(secret, '[secret]'), text);
      const { stallMinutes } = config;
      const run = commandRun({ folder, stallMinutes, attempts, graceSeconds, startNext, redact });
      await startWhereNeeded(folder, run, startNext);
      return run;
    },
  };
}

type StartNext = (next: { readonly number: number; readonly series: number }) => Promise<void>;

function commandConfig({ trainer }: TrainingSpecification): CommandTrainerConfig {
  if (trainer.kind === 'command') return trainer;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `The command trainer was given a trainer of kind "${trainer.kind}".`,
  );
}

async function prepareFolder(
  folder: RunFolder,
  config: CommandTrainerConfig,
  { examples }: TrainingSpecification,
): Promise<void> {
  await mkdir(folder.output, { recursive: true });
  const written = await stat(folder.trainFile).then(
    () => true,
    () => false,
  );
  if (!written) await writeWholeFile(folder.trainFile, trainingLines(examples, config.dataFormat));
}

function attemptStarter(
  folder: RunFolder,
  config: CommandTrainerConfig,
  { runKey, seed }: TrainingSpecification,
): StartNext {
  return async ({ number, series }) => {
    const reported = (await readProgress(folder))?.checkpoints ?? [];
    const checkpoint = await newestWholeCheckpoint(folder.output, reported);
    const resumeCheckpoint = checkpoint?.path ?? null;
    const plan = await planLaunch({ config, folder, runKey, seed, resumeCheckpoint });
    await startAttempt(folder, { number, series, resumedFrom: resumeCheckpoint, ...plan });
  };
}

async function startWhereNeeded(folder: RunFolder, run: TrainingRun, startNext: StartNext): Promise<void> {
  const last = (await readAttempts(folder)).at(-1);
  if (last === undefined) return startNext({ number: 1, series: 1 });
  const { state } = await run.poll();
  if (state === 'failed') await startNext({ number: last.number + 1, series: last.series + 1 });
}
