// AdamW (Loshchilov and Hutter 2019, algorithm 2, decay scaled by the learning rate as PyTorch does), with clipping by the
// global gradient norm. Tensors are stored in float32, arithmetic is float64, in the order of the tensors: deterministic.
import { PermanentError } from '../../contracts/failures.ts';

export interface AdamWSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Gradients with a larger L2 norm over all tensors are scaled down to it; Infinity for no clipping. */
  readonly maximumNorm: number;
}

export const defaultAdamW: AdamWSettings = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
  maximumNorm: 1,
};

export interface AdamWState {
  /** Steps taken. */
  step: number;
  readonly moments: ReadonlyMap<string, { readonly first: Float32Array; readonly second: Float32Array }>;
}

export type Tensors = ReadonlyMap<string, Float32Array>;

export function initialAdamW(parameters: Tensors): AdamWState {
  const moments = [...parameters].map(([name, { length }]) => {
    return [name, { first: new Float32Array(length), second: new Float32Array(length) }] as const;
  });
  return { step: 0, moments: new Map(moments) };
}

/**
 * Takes one step in place.
 * @returns the gradients' L2 norm before clipping
 * @throws {PermanentError} `TrainingFailed` when it is not finite; parameters and state are then unchanged
 */
export function stepAdamW(
  state: AdamWState,
  parameters: Tensors,
  gradients: Tensors,
  learningRate: number,
  settings: AdamWSettings = defaultAdamW,
): number {
  const norm = globalNorm(parameters, gradients);
  if (!Number.isFinite(norm)) {
    throw new PermanentError('TrainingFailed', `step ${state.step + 1}: the gradient norm is ${norm}; lower the rate`);
  }
  const clip = Math.min(1, settings.maximumNorm / (norm + 1e-6));
  state.step += 1;
  for (const [name, parameter] of parameters) {
    const { first, second } = state.moments.get(name)!;
    updateTensor(
      { parameter, gradient: gradients.get(name)!, first, second },
      clip,
      state.step,
      learningRate,
      settings,
    );
  }
  return norm;
}

interface TensorUpdate {
  readonly parameter: Float32Array;
  readonly gradient: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

function updateTensor(
  { parameter, gradient, first, second }: TensorUpdate,
  clip: number,
  step: number,
  learningRate: number,
  { beta1, beta2, epsilon, weightDecay }: AdamWSettings,
): void {
  // The corrections 1 - beta^step of both moments and the clipping, moved out of the loop.
  const spread = Math.sqrt(1 - beta2 ** step);
  const rate = (learningRate * spread) / (1 - beta1 ** step);
  const floor = epsilon * spread;
  const kept = 1 - learningRate * weightDecay;
  const [firstShare, secondShare] = [(1 - beta1) * clip, (1 - beta2) * clip * clip];
  for (let index = 0; index < parameter.length; index++) {
    const g = gradient[index]!;
    const m = beta1 * first[index]! + firstShare * g;
    const v = beta2 * second[index]! + secondShare * g * g;
    first[index] = m;
    second[index] = v;
    parameter[index] = parameter[index]! * kept - (rate * m) / (Math.sqrt(v) + floor);
  }
}

function globalNorm(parameters: Tensors, gradients: Tensors): number {
  let sum = 0;
  for (const [name, { length }] of parameters) {
    const gradient = gradients.get(name);
    if (gradient?.length !== length) {
      const found = gradient ? `${gradient.length} numbers` : 'nothing';
      throw new PermanentError('InvalidData', `gradient of ${name}: found ${found}, expected ${length} numbers`);
    }
    sum += sumOfSquares(gradient);
  }
  return Math.sqrt(sum);
}

/** In four sums, which do not wait for each other. */
function sumOfSquares(values: Float32Array): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let index = 0; index < whole; index += 4) {
    first += values[index]! ** 2;
    second += values[index + 1]! ** 2;
    third += values[index + 2]! ** 2;
    fourth += values[index + 3]! ** 2;
  }
  for (let index = whole; index < values.length; index++) first += values[index]! ** 2;
  return first + second + third + fourth;
}
