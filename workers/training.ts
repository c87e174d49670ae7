// The training worker: trains students, and evaluates them.

import { createChunkActivities } from '../activities/chunks.ts';
import { createComparisonActivities, evaluateRecipe } from '../activities/evaluation.ts';
import { guardActivities } from '../activities/guard.ts';
import { createTrainingActivities } from '../activities/training.ts';
import { createModelRuntime } from '../adapters/models/runtime.ts';
import { openStore } from '../adapters/store/open.ts';
import { createCommandTrainer } from '../adapters/trainer/command/command-trainer.ts';
import { createEmbeddedTrainer } from '../adapters/trainer/embedded/embedded-trainer.ts';
import { TaskQueue } from '../contracts/queues.ts';
import { numberSetting, serve } from './serve.ts';

await serve(async () => {
  const sessions = numberSetting('DIFFRACT_SESSIONS', 2);
  const models = createModelRuntime({ sessions });
  const trainers = {
    embedded: createEmbeddedTrainer({ sessions }),
    command: createCommandTrainer({ workFolder: process.env['DIFFRACT_TRAINING_FOLDER'] ?? '.diffract/training' }),
  };
  const activities = {
    ...createTrainingActivities({ openStore, models, trainerFor: ({ kind }) => trainers[kind] }),
    ...createComparisonActivities(openStore),
    ...createChunkActivities(openStore, { evaluate: (job, store) => evaluateRecipe(models, job, store) }),
  };
  return {
    queue: TaskQueue.Training,
    activities: guardActivities(activities),
    // One at a time: a student's weights are large, and its sessions use every core that they are given.
    concurrentActivities: 1,
    close: () => models.close(),
  };
});
