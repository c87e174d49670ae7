// Training: drives the trainer port from start to collect and stores the student's weights.

import { setTimeout as wait } from 'node:timers/promises';
import type { TrainingActivities } from '../contracts/activities.ts';
import type { ModelReference } from '../contracts/campaign.ts';
import type { TrainerConfig } from '../contracts/trainers.ts';
import { PermanentError, TransientError } from '../contracts/failures.ts';
import { taskNamed } from '../tasks/registry.ts';
import { cancellationSignal, reportProgress } from './heartbeat.ts';
import type { ModelHashes, ModelRuntime } from './ports/models.ts';
import type { OpenStore } from './ports/store.ts';
import type { TrainedStudent, TrainerFor, TrainingProgress, TrainingRun } from './ports/trainer.ts';
import { readRows } from './rows.ts';
import { runStage } from './stage.ts';
import { storeStudent } from './student-files.ts';

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
      const outcome = await runStage(store, { stage: 'train', version: 2, inputs: [pool], config }, async (runKey) => {
        const started = performance.now();
        const task = taskNamed(context.task);
        const samples = await readRows(store, pool);
        // A student learns the task's own completion, whatever the sketches were taken over.
        const examples = samples.map((sample) => task.gradientExample(sample, 'completion'));
        const labels = task.evaluation.kind === 'labels' ? { labels: task.evaluation.labels } : {};
        const specification = { runKey, trainer, examples, ...labels, seed: context.seed, store };
        const run = await trainerFor(trainer).start(specification);
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

/** What of a trainer's configuration changes the student; how often it saves does not, nor where it runs. */
function learningOf(trainer: TrainerConfig): unknown {
  if (trainer.kind === 'embedded') {
    const { checkpointEverySteps, ...learning } = trainer;
    return learning;
  }
  const { model, template, command, settings, dataFormat, environment } = trainer;
  return { model, template, command, settings, dataFormat, environment };
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
      const progress = await run.poll();
      reportProgress({ done: progress.step, total: progress.totalSteps });
      if (progress.state === 'succeeded') return await run.collect();
      if (progress.state === 'failed') throw failureOf(progress);
      await wait(pollMilliseconds, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted && !isShutdown(signal.reason)) await run.cancel();
    throw error;
  }
}

function failureOf({ failure, transient }: TrainingProgress): Error {
  const reason = failure ?? 'The trainer gave no reason.';
  return transient === true ? new TransientError(reason) : new PermanentError('TrainingFailed', reason);
}

/** A worker that goes away leaves the run alone: the retry of the activity adopts it. */
function isShutdown(reason: unknown): boolean {
  return reason instanceof Error && reason.message === 'WORKER_SHUTDOWN';
}
