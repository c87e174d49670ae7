// The trainer that is somebody else's program: any command that reads a file of examples and writes a model. It is
// started in a process group of its own, survives the worker that started it, and is taken up again by its run key.

import { mkdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Trainer, TrainingRun, TrainingSpecification } from '../../../activities/ports/trainer.ts';
import type { CommandTrainerConfig } from '../../../contracts/trainers.ts';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { readAttempts, startAttempt } from './attempts.ts';
import type { Attempt } from './attempts.ts';
import { newestWholeCheckpoint, removeOtherCheckpoints } from './checkpoints.ts';
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
}

/**
 * A run that had failed or was cancelled is tried afresh when it is started again, from its newest whole checkpoint; one
 * that runs or has succeeded is adopted. Relative paths in the command are relative to the worker's own folder.
 */
export function createCommandTrainer({ workFolder }: CommandTrainerSettings): Trainer {
  return {
    async start(specification) {
      const config = commandConfig(specification);
      // The program is told where its files lie, and runs where it likes.
      const folder = runFolder(resolve(workFolder), specification.runKey);
      await prepareFolder(folder, config, specification);
      const startNext = attemptStarter(folder, config, specification);
      const secrets = secretValues(config);
      const redact = (text: string): string =>
        secrets.reduce((kept, secret) => kept.replaceAll(secret, '[secret]'), text);
      const run = commandRun({ folder, config, startNext, redact });
      await startWhereNeeded(folder, run, startNext);
      return run;
    },
  };
}

type StartNext = (next: Pick<Attempt, 'number' | 'series' | 'waitingSince'>) => Promise<void>;

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
  await mkdir(folder.data, { recursive: true });
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
  return async ({ number, series, waitingSince: waited }) => {
    const { checkpoints = [], notFinite } = (await readProgress(folder)) ?? {};
    // Weights that were saved after the loss stopped being a number are no numbers either.
    const checkpoint = await newestWholeCheckpoint(folder.output, checkpoints, notFinite?.since ?? undefined);
    const attempts = await readAttempts(folder);
    const claimed = attempts.some((attempt) => attempt.number === number && attempt.lease !== null);
    if (config.template !== null && !claimed) await removeOtherCheckpoints(folder.output, checkpoint);
    const resumeCheckpoint = checkpoint?.path ?? null;
    // Whoever got further between two outages may meet any number of them.
    const waitingSince = attempts.at(-1)?.resumedFrom === resumeCheckpoint ? waited : null;
    const plan = await planLaunch({ program: config, folder, runKey, attempt: number, seed, resumeCheckpoint });
    const notFiniteBefore = notFinite?.reports ?? 0;
    const origin = { series, resumedFrom: resumeCheckpoint, notFiniteBefore, waitingSince };
    await startAttempt(folder, { number, ...origin, ...plan });
  };
}

async function startWhereNeeded(folder: RunFolder, run: TrainingRun, startNext: StartNext): Promise<void> {
  const last = (await readAttempts(folder)).at(-1);
  if (last === undefined) return startNext({ number: 1, series: 1, waitingSince: null });
  const { state, transient } = await run.poll();
  if (state !== 'failed') return;
  const waitingSince = transient === true ? (last.waitingSince ?? Date.now()) : null;
  await startNext({ number: last.number + 1, series: last.series + 1, waitingSince });
}
