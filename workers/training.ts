// The training worker: trains students, and evaluates them.

import { createChunkActivities } from '../activities/chunks.ts';
import { evaluateRecipe } from '../activities/evaluation.ts';
import { guardActivities } from '../activities/guard.ts';
import { createKnownStudentActivities } from '../activities/known-students.ts';
import { createComparisonActivities } from '../activities/scoring.ts';
import { localStudents } from '../activities/student-answers.ts';
import { createTrainingActivities } from '../activities/training.ts';
import { openTrials } from '../activities/trials.ts';
import { openEnglishLexicon } from '../adapters/lexicon/english-lexicon.ts';
import { createModelRuntime } from '../adapters/models/runtime.ts';
import { openStore } from '../adapters/store/open.ts';
import { openDecoderStudent } from '../adapters/students/decoder-student.ts';
import { createTrialStudents } from '../adapters/students/open-student.ts';
import { createCommandTrainer } from '../adapters/trainer/command/command-trainer.ts';
import { createEmbeddedTrainer } from '../adapters/trainer/embedded/embedded-trainer.ts';
import { createKubernetesTrainer } from '../adapters/trainer/kubernetes/kubernetes-trainer.ts';
import { TaskQueue } from '../contracts/queues.ts';
import { numberSetting, serve } from './serve.ts';

await serve(async () => {
  const sessions = numberSetting('DIFFRACT_SESSIONS', 2);
  const models = createModelRuntime({ sessions });
  const trainers = {
    embedded: createEmbeddedTrainer(),
    command: createCommandTrainer({ workFolder: process.env['DIFFRACT_TRAINING_FOLDER'] ?? '.diffract/training' }),
    kubernetes: createKubernetesTrainer(),
  };
  const grading = { openStudent: localStudents(models), openLexicon: () => openEnglishLexicon() };
  const trials = openTrials(createTrialStudents(openDecoderStudent));
  const activities = {
    ...createTrainingActivities({ openStore, models, trainerFor: ({ kind }) => trainers[kind] }),
    ...createComparisonActivities(openStore),
    ...createKnownStudentActivities({ openStore, models }),
    ...createChunkActivities(openStore, {
      evaluate: (job, store) => evaluateRecipe(grading, job, store),
      trial: trials,
    }),
  };
  return {
    queue: TaskQueue.Training,
    activities: guardActivities(activities),
    // One at a time: a student's weights are large, and its sessions use every core that they are given.
    concurrentActivities: 1,
    async close() {
      await trials.close();
      await models.close();
    },
  };
});
