// Training: drives the trainer port from start to collect and stores the student's weights.

import { setTimeout as wait } from 'node:timers/promises';
import type { TrainingActivities } from '../contracts/activities.ts';
import type { ManifestPart } from '../contracts/artifacts.ts';
import type { ModelReference, TrainerConfig } from '../contracts/campaign.ts';
import { PermanentError } from '../contracts/failures.ts';
import { taskNamed } from '../tasks/registry.ts';
import { cancellationSignal, reportProgress } from './heartbeat.ts';
import type { ModelHashes, ModelRuntime } from './ports/models.ts';
import type { OpenStore, Store } from './ports/store.ts';
import type { TrainedStudent, TrainerFor, TrainingRun } from './ports/trainer.ts';
import { readRows } from './rows.ts';
import { runStage } from './stage.ts';

export interface TrainingPorts {
  readonly openStore: OpenStore;
  readonly models: ModelRuntime;
  readonly trainerFor: TrainerFor;
}

const pollMilliseconds = 1_000;

export function createTrainingActivities({
  openStore,
  models,
  trainerFor,
}: TrainingPorts): Pick<TrainingActivities, 'train'> {
  return {
    async train({ context, pool, trainer }) {
      const store = await openStore(context.store);
      // A model that an external trainer names is known to that trainer alone.
      const base = trainer.kind === 'embedded' ? await hashesOf(models, trainer.model) : null;
      const config = { trainer: learningOf(trainer), base, task: context.task, seed: context.seed };
      const outcome = await runStage(store, { stage: 'train', version: 1, inputs: [pool], config }, async (runKey) => {
        const started = performance.now();
        const task = taskNamed(context.task);
        const samples = await readRows(store, pool);
        // A student learns the task's own completion, whatever the sketches were taken over.
        const examples = samples.map((sample) => task.gradientExample(sample, 'completion'));
        const run = await trainerFor(trainer).start({ runKey, trainer, examples, seed: context.seed, store });
        const student = await follow(run);
        const { steps, firstLoss, lastLoss } = student;
        const seconds = (performance.now() - started) / 1000;
        return {
          output: await storeStudent(store, student, trainer.model),
          rejects: null,
          counts: {},
          summary: { steps, firstLoss, lastLoss, seconds },
        };
      });
      // Only now: a worker that dies before the student is stored finds its checkpoint.
      await store.removeScratch(outcome.key);
      return outcome;
    },
  };
}

/** What of a trainer's configuration changes the student; how often it saves does not. */
function learningOf(trainer: TrainerConfig): unknown {
  if (trainer.kind !== 'embedded') return trainer;
  const { checkpointEverySteps, ...learning } = trainer;
  return learning;
}

async function hashesOf(models: ModelRuntime, model: ModelReference): Promise<ModelHashes> {
  const { model: _, ...hashes } = await models.identify(model);
  return hashes;
}

/** Polls until the run ends. A cancelled campaign cancels its run. */
async function follow(run: TrainingRun): Promise<TrainedStudent> {
  const signal = cancellationSignal();
  try {
    for (;;) {
      const { state, step, totalSteps, failure } = await run.poll();
      reportProgress({ done: step, total: totalSteps });
      if (state === 'succeeded') return await run.collect();
      if (state === 'failed') throw new PermanentError('TrainingFailed', failure ?? 'The trainer gave no reason.');
      await wait(pollMilliseconds, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted && !isShutdown(signal.reason)) await run.cancel();
    throw error;
  }
}

/** A worker that goes away leaves the run alone: the retry of the activity adopts it. */
function isShutdown(reason: unknown): boolean {
  return reason instanceof Error && reason.message === 'WORKER_SHUTDOWN';
}

async function storeStudent(store: Store, { files }: TrainedStudent, model: string) {
  const parts: ManifestPart[] = [];
  for (const { bytes, path, mediaType } of files)
    parts.push(await store.writePart(bytes, { path, mediaType, rows: 0 }));
  return store.writeManifest({ kind: 'checkpoint', parts, metadata: { base: model } });
}
