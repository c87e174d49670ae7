// A network of one hidden layer of rectifiers on two labels: logistic loss, AdamW, all random choices from one key.

import { permutation, uniforms } from '../random/philox.ts';
import { rowOf } from '../diversity/row-matrix.ts';
import type { Classifier, TrainingSet } from './classifier.ts';

export interface NetworkSettings {
  readonly hidden: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

const [firstDecay, secondDecay, epsilon] = [0.9, 0.999, 1e-8];

/**
 * @param key - names the start weights and the order of rows
 * @param pause - awaited between epochs
 */
export async function trainNetwork(
  set: TrainingSet,
  settings: NetworkSettings,
  { key, pause }: { readonly key: string; readonly pause: () => Promise<void> },
): Promise<Classifier> {
  const network = openNetwork(set.features.dimension, settings.hidden, key);
  const optimiser = adamW(network.parameters.length, settings);
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    await pause();
    const order = permutation(`${key}/epoch/${epoch}`, set.rows.length);
    for (let start = 0; start < order.length; start += settings.batchSize) {
      const batch = order.subarray(start, start + settings.batchSize);
      const gradient = new Float64Array(network.parameters.length);
      for (const place of batch) {
        const row = set.rows[place]!;
        network.addGradient(rowOf(set.features, row), set.targets[row]!, gradient, 1 / batch.length);
      }
      optimiser(network.parameters, gradient);
    }
  }
  return (features) => Float64Array.from({ length: features.count }, (_, row) => network.output(rowOf(features, row)));
}

/** Parameters in one list: weights of the hidden layer (a unit after another), its constants, the output's weights and constant. */
function openNetwork(width: number, hidden: number, key: string) {
  const constants = hidden * width;
  const outward = constants + hidden;
  const parameters = new Float64Array(outward + hidden + 1);
  const random = uniforms(`${key}/weights`);
  // He et al. 2015; inputs have length about 1, so the fan-in is that of one number.
  for (let place = 0; place < constants; place++) parameters[place] = normal(random) * Math.sqrt(2);
  for (let unit = 0; unit < hidden; unit++) parameters[outward + unit] = normal(random) / Math.sqrt(hidden);
  const activations = new Float64Array(hidden);
  const output = (input: Float32Array): number => {
    let sum = parameters[outward + hidden]!;
    for (let unit = 0; unit < hidden; unit++) {
      let activation = parameters[constants + unit]!;
      for (let column = 0; column < width; column++) activation += parameters[unit * width + column]! * input[column]!;
      activations[unit] = Math.max(0, activation);
      sum += activations[unit]! * parameters[outward + unit]!;
    }
    return sum;
  };
  return {
    parameters,
    output,
    /** Of log(1 + exp(-target x output)), times `scale`. */
    addGradient(input: Float32Array, target: number, gradient: Float64Array, scale: number): void {
      const slope = (-target * scale) / (1 + Math.exp(target * output(input)));
      gradient[outward + hidden]! += slope;
      for (let unit = 0; unit < hidden; unit++) {
        gradient[outward + unit]! += slope * activations[unit]!;
        if (activations[unit] === 0) continue;
        const back = slope * parameters[outward + unit]!;
        gradient[constants + unit]! += back;
        for (let column = 0; column < width; column++) gradient[unit * width + column]! += back * input[column]!;
      }
    },
  };
}

/** Loshchilov & Hutter 2019, decoupled decay on every parameter. */
function adamW(count: number, { learningRate, weightDecay }: NetworkSettings) {
  const [first, second] = [new Float64Array(count), new Float64Array(count)];
  let step = 0;
  return (parameters: Float64Array, gradient: Float64Array): void => {
    step += 1;
    const rate = learningRate / (1 - firstDecay ** step);
    const correction = 1 / Math.sqrt(1 - secondDecay ** step);
    for (let place = 0; place < count; place++) {
      const slope = gradient[place]!;
      first[place] = firstDecay * first[place]! + (1 - firstDecay) * slope;
      second[place] = secondDecay * second[place]! + (1 - secondDecay) * slope * slope;
      const change = (rate * first[place]!) / (Math.sqrt(second[place]!) * correction + epsilon);
      parameters[place] = parameters[place]! * (1 - learningRate * weightDecay) - change;
    }
  };
}

/** Box and Muller 1958. */
function normal(random: { next(): number }): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}
