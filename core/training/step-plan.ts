// Which samples each optimiser step sees: a fresh seeded order every epoch, cut into batches.

import { permutation } from '../random/philox.ts';

export interface StepPlan {
  readonly sampleCount: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Names the random stream of the orders. */
  readonly key: string;
}

export function totalSteps({ sampleCount, epochs, batchSize }: StepPlan): number {
  return Math.ceil(sampleCount / batchSize) * epochs;
}

/** The samples of step `step`, counted from 1; the last batch of an epoch may be smaller. */
export function samplesOfStep(plan: StepPlan, step: number): number[] {
  const { sampleCount, batchSize, key } = plan;
  const perEpoch = Math.ceil(sampleCount / batchSize);
  const epoch = Math.floor((step - 1) / perEpoch);
  const start = ((step - 1) % perEpoch) * batchSize;
  return [...permutation(`${key}/epoch/${epoch}`, sampleCount).subarray(start, start + batchSize)];
}
