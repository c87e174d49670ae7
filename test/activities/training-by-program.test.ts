// Training by a program of somebody else's, as an activity: what is stored, what is trained again, and which failures are retried.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { guardActivities } from '../../activities/guard.ts';
import type { ModelRuntime } from '../../activities/ports/models.ts';
import { writeRows } from '../../activities/rows.ts';
import { createTrainingActivities } from '../../activities/training.ts';
import { createCommandTrainer } from '../../adapters/trainer/command/command-trainer.ts';
import type { CommandTrainerConfig } from '../../contracts/trainers.ts';
import { configOf } from '../helpers/scripted-runs.ts';
import { asActivity, makeWorkplace, symbolicSamples } from './workplace.ts';

async function workshop(test: TestContext) {
  const { store, openStore, context, folder } = await makeWorkplace(test);
  const pool = await writeRows(store, 'samples', symbolicSamples(4, ['hypernyms']));
  const trainer = createCommandTrainer({ workFolder: join(folder, 'runs') });
  // A model that an external program names is never opened.
  const models = {} as ModelRuntime;
  const { train } = guardActivities(createTrainingActivities({ openStore, models, trainerFor: () => trainer }));
  return {
    store,
    train: (config: CommandTrainerConfig) => asActivity(() => train({ context, pool, trainer: config })),
  };
}

describe('a student trained by a program', () => {
  it('is stored as the folder that it left, and not trained again for what decides nothing', async (test) => {
    const { store, train } = await workshop(test);
    const config = configOf('success');
    const { output, summary } = await train(config);
    const { parts, metadata } = await store.readManifest(output);
    assert.deepEqual([metadata['form'], metadata['base'], summary.steps], ['folder', 'org/model', 20]);
    assert.deepEqual(
      parts.map(({ path }) => path),
      ['config.json', 'model.safetensors'],
    );
    const elsewhere = { ...config, stallMinutes: 3, graceSeconds: 1, attempts: 9, hardware: 'a large machine' };
    assert.equal((await train(elsewhere)).reused, true);
    assert.equal((await train({ ...config, environment: { RATE: '2' } })).reused, false);
  });

  it('is tried again later after an outage, and not after a failure of its own', async (test) => {
    const { train } = await workshop(test);
    const options = (says: string) => [`--says=${says}`, '--step-ms=0'];
    const outage = configOf('exit:1', { attempts: 1 }, options('503 Server Error: Service Unavailable'));
    await assert.rejects(train(outage), { message: /attempt 1 of 1 exited with 1: a server refused for now/ });
    await assert.rejects(train(outage), (error: { nonRetryable?: boolean }) => error.nonRetryable !== true);
    const wrong = configOf('exit:1', { attempts: 1 }, options('ValueError: no such column'));
    await assert.rejects(train(wrong), { type: 'TrainingFailed', nonRetryable: true });
  });
});
