// Training and evaluating a tiny student, from the pool to the interval of the difference.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guardActivities } from '../../activities/guard.ts';
import type { Trainer, TrainingProgress } from '../../activities/ports/trainer.ts';
import { writeRows } from '../../activities/rows.ts';
import { createComparisonActivities } from '../../activities/scoring.ts';
import { localStudents } from '../../activities/student-answers.ts';
import { createTrainingActivities } from '../../activities/training.ts';
import { createEmbeddedTrainer } from '../../adapters/trainer/embedded/embedded-trainer.ts';
import type { ArtifactRef, TableRef } from '../../contracts/artifacts.ts';
import type { EmbeddedTrainerConfig } from '../../contracts/trainers.ts';
import { evaluate, evaluateJob } from './evaluating.ts';
import { makeTinyRuntime } from './models.ts';
import { asActivity, makeWorkplace, mockEnvironment, rowsOf, symbolicSamples } from './workplace.ts';

const trainerOf = (model: string): EmbeddedTrainerConfig => ({
  kind: 'embedded',
  model,
  method: { kind: 'lora', rank: 2, alpha: 4, layers: 2 },
  epochs: 6,
  batchSize: 4,
  learningRate: 0.02,
  schedule: 'cosine',
  warmupShare: 0.1,
  weightDecay: 0,
  clipNorm: 1,
  packing: false,
  checkpointEverySteps: 2,
});

describe('a student', () => {
  it('learns from the pool, answers a benchmark before and after, and is compared on the same rows', async (test) => {
    const place = await makeWorkplace(test);
    const { store, openStore, context } = place;
    const { model, models } = await makeTinyRuntime(test, place.folder);
    const pool = await writeRows(store, 'samples', symbolicSamples(16, ['hypernyms', 'negation']));
    const embedded = createEmbeddedTrainer();
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
      ['adapter_model.safetensors', 'adapter_config.json', 'samples.json', 'losses.json'],
    );
    assert.equal((await asActivity(() => train(input))).reused, true);

    const benchmark = symbolicSamples(40, ['hypernyms', 'negation'], 'held-out');
    const samples = await writeRows(store, 'samples', benchmark);
    const graded = (checkpoint: ArtifactRef | null) =>
      evaluate(
        place,
        localStudents(models),
        evaluateJob(place, { samples, student: { kind: 'embedded', model, checkpoint } }),
      );
    const [before, after] = [await graded(null), await graded(output)];
    assert.notEqual(before.key, after.key);
    for (const { output: predictions, summary: scored } of [before, after]) {
      const rows = await rowsOf(store, 'predictions', predictions);
      assert.deepEqual(
        rows.map(({ id, expected }) => [id, expected]),
        benchmark.map(({ id, answer }) => [id, answer]),
      );
      assert.ok(rows.every(({ responses, expected, correct }) => correct[0] === (responses[0] === expected)));
      const { n, main, metrics, grader, prompt } = scored.score!;
      assert.deepEqual([n, main, grader, prompt], [40, 'accuracy', 'diffract-nli/2', 'plain/1']);
      const { value, interval } = metrics['accuracy']!;
      assert.equal(value, rows.filter(({ correct }) => correct[0]).length / n);
      assert.ok(interval![0] <= value && value <= interval![1]);
      assert.deepEqual(metrics['no-answer']?.value, 0);
      assert.deepEqual(scored.score!.groups.map(({ group, n: rowsIn }) => [group, rowsIn]).sort(), [
        ['hypernyms', 20],
        ['negation', 20],
      ]);
    }
    const { compareStudents } = createComparisonActivities(openStore);
    const compared = (second: typeof after) =>
      compareStudents({
        context,
        benchmarks: [
          {
            benchmark: 'held-out',
            distribution: 'out',
            first: before.output as TableRef<'predictions'>,
            second: second.output as TableRef<'predictions'>,
          },
        ],
      });
    const { differences, means } = await compared(after);
    const accuracy = (one: typeof after) => one.summary.score!.metrics['accuracy']!.value;
    const { value, interval } = differences['held-out']!['accuracy']!;
    assert.ok(Math.abs(value - (accuracy(after) - accuracy(before))) < 1e-12);
    assert.ok(
      interval![0] <= value && value <= interval![1] && interval![0] >= -1 && interval![1] <= 1,
      interval!.join(' '),
    );
    assert.ok('macro-f1' in differences['held-out']!);
    assert.equal(means.in, null);
    assert.ok(Math.abs(means.out!.difference!.value - value) < 1e-12);
    assert.deepEqual((await compared(before)).differences['held-out']!['accuracy'], { value: 0, interval: [0, 0] });
  });

  it('is not evaluated from a checkpoint without weights', async (test) => {
    const place = await makeWorkplace(test);
    const { model, models } = await makeTinyRuntime(test, place.folder);
    const checkpoint = await place.store.writeManifest({ kind: 'checkpoint', parts: [], metadata: {} });
    const samples = await writeRows(place.store, 'samples', symbolicSamples(2, ['voice']));
    const job = evaluateJob(place, { samples, student: { kind: 'embedded', model, checkpoint } });
    await assert.rejects(evaluate(place, localStudents(models), job), {
      type: 'MissingArtifact',
      message: /holds no weights \(\.safetensors or \.bin\)/,
    });
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
