// The port of a training session, which keeps the trained tensors, their gradients and the optimiser beside the runtime, and what
// it does at every step.

import { PermanentError } from '../../contracts/failures.ts';
import { floatOutput, type Feeds, type TensorValue } from '../graph/runner.ts';
import type { Parameter } from '../models/parameters.ts';
import type { AdamWSettings, Tensors } from './adamw.ts';
import { stepAdamW } from './adamw.ts';
import type { Checkpoint } from './checkpoint.ts';
import { gradientName, gradientSoFar } from './training-graph.ts';

export interface StepRequest {
  /** The feeds of each micro-batch; their losses and gradients add up in this order. */
  readonly batches: readonly Feeds[];
  readonly learningRate: number;
  readonly settings: AdamWSettings;
}

export interface StepOutcome {
  /** The sum over the micro-batches, taken before the step. */
  readonly loss: number;
  /** The L2 norm of the gradient before clipping. */
  readonly norm: number;
}

export interface TrainingSession {
  /** From where the next step goes on. The checkpoint's arrays move into the session and are empty afterwards. */
  load(checkpoint: Checkpoint): Promise<void>;
  /**
   * Takes one optimiser step.
   * @throws {PermanentError} `TrainingFailed` when loss or gradient is not finite; trained tensors and optimiser are then unchanged
   */
  step(request: StepRequest): Promise<StepOutcome>;
  /** A copy of the trained tensors and the optimiser. */
  save(): Promise<Checkpoint>;
  close(): Promise<void>;
}

/** Runs a graph; outputs named in `into` are written there, which may be the memory of a feed that is only added to. */
export type RunInto = (feeds: Feeds, into: Feeds) => Promise<Record<string, TensorValue>>;

export interface TrainedState {
  readonly trained: readonly Parameter[];
  readonly checkpoint: Checkpoint;
  /** Memory for the gradients, one array a trained tensor. */
  readonly sums: Tensors;
}

/** Takes one step of `checkpoint` in place; throws as `TrainingSession.step` does. */
export async function takeStep(
  run: RunInto,
  { trained, checkpoint, sums }: TrainedState,
  { batches, learningRate, settings }: StepRequest,
): Promise<StepOutcome> {
  const { parameters, optimizer } = checkpoint;
  const held = (of: Tensors, named: (name: string) => string): Feeds =>
    Object.fromEntries(
      trained.map(({ name, shape }) => [named(name), { type: 'float32', dims: shape, data: of.get(name)! }]),
    );
  const fixed = { ...held(parameters, (name) => name), ...held(sums, gradientSoFar) };
  const into = held(sums, gradientName);
  for (const sum of sums.values()) sum.fill(0);
  let loss = 0;
  for (const feeds of batches) loss += floatOutput(await run({ ...feeds, ...fixed }, into), 'loss')[0]!;
  if (!Number.isFinite(loss)) {
    const message = `step ${optimizer.step + 1}: the loss is ${loss}; lower the learning rate or look for broken samples`;
    throw new PermanentError('TrainingFailed', message);
  }
  return { loss, norm: stepAdamW(optimizer, parameters, sums, learningRate, settings) };
}
