import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openTrainingSession } from '../../../adapters/onnx/training-session.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import { encodeModel } from '../../../core/graph/onnx-encoding.ts';
import type { Feeds } from '../../../core/graph/runner.ts';
import { defaultAdamW, initialAdamW, stepAdamW } from '../../../core/training/adamw.ts';
import { outputGradient } from '../../../core/training/training-graph.ts';

const trained = [
  { name: 'a', shape: [3] },
  { name: 'b', shape: [2, 3] },
] as const;
const settings = { ...defaultAdamW, maximumNorm: 0.5 };

/** loss = sum of what is fed; the gradient of a is the feed, that of b twice the feed in each row. */
async function open(test: TestContext) {
  const builder = new GraphBuilder();
  const [a, b] = trained.map(({ name, shape }) => builder.input(name, 'float32', shape));
  const feed = builder.input('feed', 'float32', [3]);
  builder.output('loss', builder.reduceSum(feed, [0], 'drop'));
  outputGradient(builder, a!, feed);
  const zeros = builder.zerosLike(b!);
  outputGradient(builder, b!, builder.add(zeros, builder.add(feed, feed)));
  const model = { bytes: encodeModel(builder.finish()), weightsFolder: null };
  const session = await openTrainingSession({ model, trained });
  test.after(() => session.close());
  return session;
}

const feeds = (...values: number[]): Feeds => ({
  feed: { type: 'float32', dims: [3], data: Float32Array.from(values) },
});

function start() {
  const parameters = new Map([
    ['a', Float32Array.of(1, 2, 3)],
    ['b', Float32Array.of(1, 2, 3, 4, 5, 6)],
  ]);
  return { parameters, optimizer: initialAdamW(parameters) };
}

describe('a training session', () => {
  it('adds up the micro-batches of a step and takes the steps that AdamW takes on their sum', async (test) => {
    const session = await open(test);
    await session.load(start());
    const steps = [
      [feeds(0.5, 0, 1), feeds(0.25, -2, 0)],
      [feeds(-1, 3, 0.125)],
      [feeds(0, 1, 0), feeds(0, 1, 0), feeds(8, 0, -0.5)],
    ];
    const expected = start();
    for (const [index, batches] of steps.entries()) {
      const learningRate = 0.1 / (index + 1);
      const sum = Float32Array.from([0, 1, 2], (place) =>
        batches.reduce((total, { feed }) => total + Number(feed!.data[place]), 0),
      );
      const twice = sum.map((value) => 2 * value);
      const gradients = new Map([
        ['a', sum],
        ['b', Float32Array.of(...twice, ...twice)],
      ]);
      const norm = stepAdamW(expected.optimizer, expected.parameters, gradients, learningRate, settings);
      const found = await session.step({ batches, learningRate, settings });
      assert.deepEqual(found, { loss: sum[0]! + sum[1]! + sum[2]!, norm });
    }
    assert.deepEqual(await session.save(), expected);
  });

  it('takes over what it loads, and gives copies', async (test) => {
    const session = await open(test);
    const checkpoint = start();
    await session.load(checkpoint);
    assert.equal(checkpoint.parameters.get('a')!.length, 0);
    const saved = await session.save();
    await session.step({ batches: [feeds(1, 1, 1)], learningRate: 0.1, settings });
    assert.deepEqual(saved, start());
    await session.load(saved);
    assert.deepEqual(await session.save(), start());
  });

  it('refuses a loss or a gradient that is no number, by the step, and stays where it was', async (test) => {
    const session = await open(test);
    await session.load(start());
    await session.step({ batches: [feeds(1, 0, 0)], learningRate: 0.1, settings });
    const before = await session.save();
    const step = (...values: number[]) =>
      session.step({ batches: [feeds(1, 1, 1), feeds(...values)], learningRate: 0.1, settings });
    await assert.rejects(step(Number.NaN, 0, 0), { type: 'TrainingFailed', message: /^step 2: the loss is NaN/ });
    // The loss is a number here, but twice the feed is none in float32.
    await assert.rejects(step(3e38, -3e38, 0), { type: 'TrainingFailed', message: /^step 2: the gradient norm is/ });
    assert.deepEqual(await session.save(), before);
  });

  it('tells feeds that the graph refuses, and goes on', async (test) => {
    const session = await open(test);
    await session.load(start());
    await assert.rejects(session.step({ batches: [{}], learningRate: 0.1, settings }), {
      type: 'UnsupportedModel',
      message: /input 'feed' is missing/,
    });
    await session.step({ batches: [feeds(1, 0, 0)], learningRate: 0.1, settings });
  });

  it('refuses calls after it was closed', async (test) => {
    const session = await open(test);
    await session.load(start());
    await session.close();
    await assert.rejects(session.save(), /the training session is closed/);
  });
});
