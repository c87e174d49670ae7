// The embedded trainer: students trained by our own gradient graphs and AdamW, on this machine.
// A run is named by its key; after a crash it goes on from its last checkpoint with the same numbers.

import type { Store } from '../../../activities/ports/store.ts';
import type {
  TrainedStudent,
  Trainer,
  TrainingProgress,
  TrainingSpecification,
} from '../../../activities/ports/trainer.ts';
import type { EmbeddedTrainerConfig } from '../../../contracts/trainers.ts';
import { PermanentError } from '../../../contracts/failures.ts';
import type { Checkpoint } from '../../../core/training/checkpoint.ts';
import { isEncoder } from '../../models/model-kind.ts';
import { prepareClassifier } from './classifier-student.ts';
import { prepareDecoder } from './decoder-student.ts';
import type { PreparedTraining } from './prepared-training.ts';
import { decodeRunState, encodeRunState } from './run-state.ts';

interface Run {
  progress: TrainingProgress;
  cancelled: boolean;
  finished: Promise<TrainedStudent>;
}

export function createEmbeddedTrainer(): Trainer {
  const runs = new Map<string, Run>();
  return {
    async start(specification) {
      const { runKey } = specification;
      const trainer = requireEmbedded(specification);
      const known = runs.get(runKey);
      // A run that failed is begun again, from its last checkpoint: what broke it may have passed.
      const run = known === undefined || known.progress.state === 'failed' ? launch(specification, trainer) : known;
      runs.set(runKey, run);
      return {
        poll: () => Promise.resolve(run.progress),
        async cancel() {
          run.cancelled = true;
          await run.finished.catch(() => undefined);
          runs.delete(runKey);
        },
        async collect() {
          const student = await run.finished;
          runs.delete(runKey);
          return student;
        },
      };
    },
  };
}

function launch(specification: TrainingSpecification, trainer: EmbeddedTrainerConfig): Run {
  const run: Run = {
    progress: { state: 'running', step: 0, totalSteps: 0, loss: null, failure: null },
    cancelled: false,
    finished: Promise.reject(new Error('not started')),
  };
  run.finished.catch(() => undefined);
  run.finished = train(specification, trainer, run);
  run.finished.catch((error: unknown) => {
    const failure = error instanceof Error ? error.message : String(error);
    run.progress = { ...run.progress, state: 'failed', failure };
  });
  return run;
}

async function train(
  specification: TrainingSpecification,
  trainer: EmbeddedTrainerConfig,
  run: Run,
): Promise<TrainedStudent> {
  const prepare = (await isEncoder(trainer.model)) ? prepareClassifier : prepareDecoder;
  const training = await prepare(specification, trainer);
  try {
    const losses = await resume(training, specification);
    const { totalSteps, session } = training;
    run.progress = { ...run.progress, step: losses.length, totalSteps };
    let saved: Checkpoint | null = null;
    for await (const { step, loss } of training.steps(losses.length)) {
      losses.push(loss);
      saved = null;
      if (step % trainer.checkpointEverySteps === 0 || step === totalSteps || run.cancelled) {
        saved = await session.save();
        await writeState(specification, losses, saved);
      }
      run.progress = { state: 'running', step, totalSteps, loss, failure: null };
      if (run.cancelled && step < totalSteps) throw cancelled(run.progress);
    }
    const student = studentOf(training, losses, saved ?? (await session.save()));
    run.progress = { ...run.progress, state: 'succeeded' };
    return student;
  } finally {
    await training.session.close();
  }
}

/** The losses of the steps that an earlier try has taken; the session goes on from there. */
async function resume(
  { session, start }: PreparedTraining,
  { store, runKey }: TrainingSpecification,
): Promise<number[]> {
  const [piece] = await store.readScratch(runKey);
  if (piece === undefined) {
    await session.load(await start());
    return [];
  }
  const { losses, checkpoint } = decodeRunState(piece.bytes);
  await session.load(checkpoint);
  return losses;
}

async function writeState(
  { store, runKey }: { readonly store: Store; readonly runKey: string },
  losses: number[],
  checkpoint: Checkpoint,
): Promise<void> {
  await store.writeScratch(runKey, 'checkpoint', encodeRunState({ losses, checkpoint }));
}

function studentOf(training: PreparedTraining, losses: readonly number[], checkpoint: Checkpoint): TrainedStudent {
  const { form, files } = training.studentOf(checkpoint);
  const pieces = [new TextEncoder().encode(JSON.stringify(losses))];
  return {
    form,
    files: [...files, { path: 'losses.json', mediaType: 'application/json', pieces }],
    steps: losses.length,
    firstLoss: losses[0] ?? 0,
    lastLoss: losses.at(-1) ?? 0,
  };
}

function cancelled({ step, totalSteps }: TrainingProgress): PermanentError {
  const message = `The run was cancelled and ended at step ${step} of ${totalSteps}; start it again to go on.`;
  return new PermanentError('TrainingFailed', message);
}

function requireEmbedded({ trainer }: TrainingSpecification): EmbeddedTrainerConfig {
  if (trainer.kind === 'embedded') return trainer;
  throw new PermanentError('InvalidConfig', `The embedded trainer was given a ${trainer.kind} configuration.`);
}
