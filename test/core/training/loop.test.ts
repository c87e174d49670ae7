import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseModelConfig } from '../../../core/models/model-config.ts';
import { trainSteps } from '../../../core/training/loop.ts';
import { samplesOfStep } from '../../../core/training/step-plan.ts';
import type { StepRequest } from '../../../core/training/training-session.ts';
import { tinyConfig } from '../../helpers/tiny-model.ts';

const config = parseModelConfig(tinyConfig, 'tiny');
const samples = Array.from({ length: 10 }, (_, index) => ({ promptTokens: [40 + index, 3], completionTokens: [5, 6] }));
const plan = {
  epochs: 2,
  batchSize: 4,
  key: 'k',
  schedule: 'linear',
  learningRate: 0.6,
  warmupShare: 1 / 3,
  weightDecay: 0.05,
  clipNorm: 2,
  packing: false,
} as const;

async function stepsFrom(stepsTaken: number) {
  const requests: StepRequest[] = [];
  const session = {
    step(request: StepRequest) {
      requests.push(request);
      return Promise.resolve({ loss: requests.length, norm: 1 });
    },
  };
  const taken: number[] = [];
  for await (const { step, totalSteps } of trainSteps(session, { config, samples, plan, stepsTaken })) {
    assert.equal(totalSteps, 6);
    taken.push(step);
  }
  return { requests, taken };
}

describe('the training loop', () => {
  it('takes every step of the plan with its rate, its settings and its samples', async () => {
    const { requests, taken } = await stepsFrom(0);
    assert.deepEqual(taken, [1, 2, 3, 4, 5, 6]);
    const rates = requests.map(({ learningRate }) => Number(learningRate.toFixed(9)));
    assert.deepEqual(rates, [0.3, 0.6, 0.45, 0.3, 0.15, 0]);
    for (const [index, { settings, batches }] of requests.entries()) {
      assert.deepEqual([settings.weightDecay, settings.maximumNorm], [0.05, 2]);
      const first = batches.flatMap(({ tokens }) => {
        const [rows, length] = tokens!.dims as [number, number];
        return Array.from({ length: rows }, (_, row) => Number(tokens!.data[row * length]) - 40);
      });
      const expected = samplesOfStep({ ...plan, sampleCount: 10 }, index + 1);
      assert.deepEqual(first.sort(), expected.sort());
      const weights = batches.flatMap(({ targetWeight }) => [...targetWeight!.data].map(Number));
      assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-6);
    }
  });

  it('goes on after the steps that are taken as if it had taken them', async () => {
    const [whole, rest] = [await stepsFrom(0), await stepsFrom(4)];
    assert.deepEqual(rest.taken, [5, 6]);
    assert.deepEqual(rest.requests, whole.requests.slice(4));
    assert.deepEqual((await stepsFrom(6)).taken, []);
  });
});
