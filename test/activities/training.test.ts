// Training and evaluating a tiny student, from the pool to the interval of the difference.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createChunkActivities } from '../../activities/chunks.ts';
import { createComparisonActivities, evaluateRecipe } from '../../activities/evaluation.ts';
import { guardActivities } from '../../activities/guard.ts';
import type { ModelRuntime } from '../../activities/ports/models.ts';
import type { Trainer, TrainingProgress } from '../../activities/ports/trainer.ts';
import { writeRows } from '../../activities/rows.ts';
import { createTrainingActivities } from '../../activities/training.ts';
import { createEmbeddedTrainer } from '../../adapters/trainer/embedded/embedded-trainer.ts';
import type { EvaluateJob } from '../../contracts/chunked-jobs.ts';
import type { ArtifactRef, TableRef } from '../../contracts/artifacts.ts';
import type { EmbeddedTrainerConfig } from '../../contracts/campaign.ts';
import { makeTinyRuntime } from './models.ts';
import { asActivity, makeWorkplace, mockEnvironment, rowsOf, symbolicSamples, type Workplace } from './workplace.ts';

const trainerOf = (model: string): EmbeddedTrainerConfig => ({
  kind: 'embedded',
  model,
  lora: { rank: 2, alpha: 4, layers: 2 },
  epochs: 6,
  batchSize: 4,
  learningRate: 0.02,
  warmupShare: 0.1,
  weightDecay: 0,
  clipNorm: 1,
  checkpointEverySteps: 2,
});

async function evaluate({ openStore }: Workplace, models: ModelRuntime, job: EvaluateJob) {
  const chunks = createChunkActivities(openStore, { evaluate: (one, store) => evaluateRecipe(models, one, store) });
  const plan = await chunks.planChunks(job);
  for (let chunk = 0; chunk < plan.chunks; chunk++) await asActivity(() => chunks.runChunk({ job, chunk }));
  return chunks.assembleChunks(job);
}

describe('a student', () => {
  it('learns from the pool, answers a benchmark before and after, and is compared on the same rows', async (test) => {
    const place = await makeWorkplace(test);
    const { store, openStore, context } = place;
    const { model, models } = await makeTinyRuntime(test, place.folder);
    const pool = await writeRows(store, 'samples', symbolicSamples(16, ['hypernyms', 'negation']));
    const embedded = createEmbeddedTrainer({ sessions: 1 });
    const { train } = guardActivities(createTrainingActivities({ openStore, models, trainerFor: () => embedded }));
    const input = { context, pool, trainer: trainerOf(model) };
    const environment = mockEnvironment();
    const beats: { done: number; total: number }[] = [];
    environment.on('heartbeat', (beat: { done: number; total: number }) => beats.push(beat));
    const outcome = await asActivity(() => train(input), environment);
    const { summary, output } = outcome;
    assert.equal(summary.steps, 24);
    assert.ok(summary.lastLoss < summary.firstLoss / 2, `${summary.firstLoss} -> ${summary.lastLoss}`);
    assert.deepEqual(beats.at(-1), { done: 24, total: 24 });
    assert.equal(output.kind, 'checkpoint');
    assert.deepEqual(
      (await store.readManifest(output)).parts.map(({ path }) => path),
      ['adapter_model.safetensors', 'adapter_config.json', 'losses.json'],
    );
    assert.equal((await asActivity(() => train(input))).reused, true);

    const benchmark = symbolicSamples(40, ['hypernyms', 'negation'], 'held-out');
    const job = (checkpoint: ArtifactRef | null): EvaluateJob => ({
      kind: 'evaluate',
      context,
      benchmark: 'same',
      model,
      checkpoint,
      samples: table,
    });
    const table = await writeRows(store, 'samples', benchmark);
    const before = await evaluate(place, models, job(null));
    const after = await evaluate(place, models, job(output));
    assert.notEqual(before.key, after.key);
    for (const { output: predictions, summary: scored } of [before, after]) {
      const rows = await rowsOf(store, 'predictions', predictions);
      assert.deepEqual(
        rows.map(({ id, expected }) => [id, expected]),
        benchmark.map(({ id, answer }) => [id, answer]),
      );
      assert.ok(rows.every(({ response, expected, correct }) => correct === (response === expected)));
      const { correct, n, accuracy, interval } = scored.accuracy!;
      assert.deepEqual([n, correct], [40, rows.filter((row) => row.correct).length]);
      assert.equal(accuracy, correct / n);
      assert.ok(interval[0] <= accuracy && accuracy <= interval[1]);
    }
    const { compareScores } = createComparisonActivities(openStore);
    const [low, high] = await compareScores({
      context,
      before: before.output as TableRef<'predictions'>,
      after: after.output as TableRef<'predictions'>,
    });
    const difference = after.summary.accuracy!.accuracy - before.summary.accuracy!.accuracy;
    assert.ok(low <= difference && difference <= high && low >= -1 && high <= 1, `${low} ${difference} ${high}`);
    assert.deepEqual(
      await compareScores({
        context,
        before: before.output as TableRef<'predictions'>,
        after: before.output as TableRef<'predictions'>,
      }),
      [0, 0],
    );
  });

  it('is not evaluated from a checkpoint without weights', async (test) => {
    const place = await makeWorkplace(test);
    const { model, models } = await makeTinyRuntime(test, place.folder);
    const checkpoint = await place.store.writeManifest({ kind: 'checkpoint', parts: [], metadata: {} });
    const samples = await writeRows(place.store, 'samples', symbolicSamples(2, ['voice']));
    const job: EvaluateJob = { kind: 'evaluate', context: place.context, benchmark: 'b', model, checkpoint, samples };
    await assert.rejects(evaluate(place, models, job), { type: 'MissingArtifact', message: /no \.safetensors/ });
  });
});

describe('the training activity', () => {
  async function withTrainer(test: Parameters<typeof makeWorkplace>[0], poll: () => TrainingProgress) {
    const place = await makeWorkplace(test);
    const { model, models } = await makeTinyRuntime(test, place.folder);
    const collected: string[] = [];
    const trainer: Trainer = {
      start: ({ runKey }) =>
        Promise.resolve({
          poll: () => Promise.resolve(poll()),
          cancel: () => Promise.resolve(),
          collect: () => {
            collected.push(runKey);
            return Promise.reject(new Error('not to be collected'));
          },
        }),
    };
    const ports = { openStore: place.openStore, models, trainerFor: () => trainer };
    const { train } = guardActivities(createTrainingActivities(ports));
    const pool = await writeRows(place.store, 'samples', symbolicSamples(2, ['voice']));
    return { train, collected, input: { context: place.context, pool, trainer: trainerOf(model) } };
  }

  it('fails for good with the reason of its trainer', async (test) => {
    const failed: TrainingProgress = {
      state: 'failed',
      step: 3,
      totalSteps: 9,
      loss: 2,
      failure: 'loss is not a number',
    };
    const { train, input, collected } = await withTrainer(test, () => failed);
    await assert.rejects(
      mockEnvironment().run(() => train(input)),
      {
        type: 'TrainingFailed',
        message: 'loss is not a number',
        nonRetryable: true,
      },
    );
    assert.deepEqual(collected, []);
  });

  it('ends at once when it is cancelled', async (test) => {
    const running: TrainingProgress = { state: 'running', step: 3, totalSteps: 9, loss: 2, failure: null };
    const { train, input } = await withTrainer(test, () => running);
    const environment = mockEnvironment();
    environment.once('heartbeat', () => environment.cancel());
    await assert.rejects(
      environment.run(() => train(input)),
      { name: 'AbortError' },
    );
  });
});
