// Losses and gradients of the training graph on a tiny model, with values for the trained tensors given.

import type { TestContext } from 'node:test';
import type { Feeds } from '../../core/graph/runner.ts';
import { floatOutput } from '../../core/graph/runner.ts';
import type { TokenSample } from '../../core/models/encode.ts';
import { encodeMicroBatch } from '../../core/training/encode-rows.ts';
import { planMicroBatches } from '../../core/training/micro-batches.ts';
import { buildTrainingGraph, gradientName, gradientSoFar, type Trainable } from '../../core/training/training-graph.ts';
import { openGraph } from './onnx-session.ts';
import type { TinyModel } from './tiny-model.ts';

export type Tensors = ReadonlyMap<string, Float32Array>;

export interface LossAndGradients {
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly runs: number;
}

/** Gives a function from values and samples to the gradient of the mean of the samples' mean losses, as one step takes it. */
export async function gradientMachine(
  test: Pick<TestContext, 'after'>,
  model: TinyModel,
  trainable: Trainable,
  { packing = false, tokenBudget = 512 } = {},
): Promise<(values: Tensors, samples: readonly TokenSample[]) => Promise<LossAndGradients>> {
  const { graph, trained } = buildTrainingGraph(model.config, model.tensors, trainable, { packing });
  const session = await openGraph(test, graph, model.folder);
  return async (values, samples) => {
    const batches = planMicroBatches(samples, { packing, tokenBudget });
    let loss = 0;
    let sums: Tensors = new Map([...values].map(([name, { length }]) => [name, new Float32Array(length)]));
    for (const batch of batches) {
      const held = (of: Tensors, named: (name: string) => string): Feeds =>
        Object.fromEntries(
          trained.map(({ name, shape }) => [named(name), { type: 'float32', dims: shape, data: of.get(name)! }]),
        );
      const feeds = encodeMicroBatch(model.config, samples, batch, { packing, batchSize: samples.length });
      const outputs = await session.run({ ...feeds, ...held(values, (name) => name), ...held(sums, gradientSoFar) });
      loss += floatOutput(outputs, 'loss')[0]!;
      sums = new Map(trained.map(({ name }) => [name, floatOutput(outputs, gradientName(name))]));
    }
    return { loss, gradients: sums, runs: batches.length };
  };
}

/** The model's own values of its parameters. */
export function storedWeights(model: TinyModel): Map<string, Float32Array> {
  return new Map(
    model.tensors.map(({ name, offset, length }) => [name, model.weights.slice(offset / 4, (offset + length) / 4)]),
  );
}

export function relativeDistance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [distance, scale] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    distance += (found[index]! - expected[index]!) ** 2;
    scale += expected[index]! ** 2;
  }
  return Math.sqrt(distance / scale);
}
