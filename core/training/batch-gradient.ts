// The gradient of one optimiser batch from micro-batches of equal shape, summed in a fixed order: the same numbers
// however many sessions run side by side.

import type { GraphSession } from '../graph/runner.ts';
import { floatOutput, type Feeds } from '../graph/runner.ts';
import { planBatches } from '../models/batches.ts';
import { bucketOf, encodeSamples, type TokenSample } from '../models/encode.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { Parameter } from '../models/parameters.ts';
import type { Tensors } from './adamw.ts';
import { gradientName } from './training-graph.ts';

/** Padded tokens a micro-batch; part of the arithmetic, because gradients are summed micro-batch by micro-batch. */
const microBatchTokens = 512;

export interface BatchGradient {
  /** Mean over the batch of each sample's mean loss, in nats a token. */
  readonly loss: number;
  readonly gradients: Tensors;
}

export async function batchGradient(
  session: GraphSession,
  config: ModelConfig,
  {
    samples,
    trained,
    parameters,
  }: { samples: readonly TokenSample[]; trained: readonly Parameter[]; parameters: Tensors },
): Promise<BatchGradient> {
  const tensors = parameterFeeds(trained, parameters);
  const parts = await Promise.all(
    planBatches(samples.map(bucketOf), microBatchTokens).map(async ({ members }) => {
      const rows = members.map((member) => samples[member]!);
      const weight = new Float32Array(rows.length).fill(1 / samples.length);
      const sampleWeight = { type: 'float32', dims: [rows.length], data: weight } as const;
      return session.run({ ...encodeSamples(config, rows), ...tensors, sampleWeight });
    }),
  );
  const losses = parts.flatMap((outputs) => [...floatOutput(outputs, 'loss')]);
  const sums = trained.map(
    ({ name }) => [name, sumOf(parts.map((outputs) => floatOutput(outputs, gradientName(name))))] as const,
  );
  return { loss: losses.reduce((sum, loss) => sum + loss, 0) / samples.length, gradients: new Map(sums) };
}

function parameterFeeds(trained: readonly Parameter[], parameters: Tensors): Feeds {
  const feeds = trained.map(
    ({ name, shape }) => [name, { type: 'float32', dims: shape, data: parameters.get(name)! }] as const,
  );
  return Object.fromEntries(feeds);
}

function sumOf(parts: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(parts[0]!.length);
  for (const part of parts) {
    for (let index = 0; index < sum.length; index++) sum[index]! += part[index]!;
  }
  return Float32Array.from(sum);
}
