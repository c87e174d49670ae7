// The training of an encoder with a classification head: what a method trains, the graph of a micro-batch, and its feeds.
import type { TrainingMethod } from '../../contracts/trainers.ts';
import { PermanentError } from '../../contracts/failures.ts';
import { gradients } from '../autodiff/reverse.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import type { Feeds } from '../graph/runner.ts';
import { planBatches } from '../models/batches.ts';
import type { EncoderConfig } from '../models/bert-config.ts';
import { encoderParameters } from '../models/bert.ts';
import { buildClassLogits, headParameters } from '../models/classifier.ts';
import { encodeTexts, firstToken, paddedTextLength } from '../models/encode-texts.ts';
import type { Parameter, ParameterSource, WeightTensor } from '../models/parameters.ts';
import { storedParameters } from '../models/parameters.ts';
import { uniforms } from '../random/philox.ts';
import type { Tensors } from './adamw.ts';
import { outputGradient } from './training-graph.ts';

/** A text as tokens and the number of its class. */
export interface ClassSample {
  readonly tokens: readonly number[];
  readonly target: number;
}

/** Padded tokens a micro-batch; part of the arithmetic, because gradients are summed micro-batch by micro-batch. */
const microBatchTokens = 2048;

/**
 * The head, and of the encoder everything or all that its last blocks have.
 * @throws {PermanentError} `InvalidConfig` for adapters, which encoders get none of
 */
export function trainedOfClassifier(config: EncoderConfig, method: TrainingMethod, classCount: number): Parameter[] {
  if (method.kind === 'lora') {
    throw new PermanentError(
      'InvalidConfig',
      'student.method is lora, which trains decoders; an encoder is trained with full or last-layers.',
    );
  }
  const { layerCount } = config;
  const first = method.kind === 'full' ? 0 : Math.max(0, layerCount - method.layers);
  const blocks = Array.from({ length: layerCount - first }, (_, index) => `encoder.layer.${first + index}.`);
  const encoder = encoderParameters(config).filter(
    ({ name }) => method.kind === 'full' || blocks.some((block) => name.startsWith(block)),
  );
  return [...encoder, ...headParameters(config, classCount)];
}

/** Start values of a head: weights uniform in +-1 / sqrt(hidden), as PyTorch draws a linear layer's; biases zero. */
export function initialHead(config: EncoderConfig, classCount: number, seed: string): Tensors {
  const bound = 1 / Math.sqrt(config.hiddenSize);
  return new Map(
    headParameters(config, classCount).map(({ name, shape }) => {
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
      const random = uniforms(`${seed}/${name}`);
      return [name, name.endsWith('.weight') ? data.map(() => (random.next() * 2 - 1) * bound) : data];
    }),
  );
}

/**
 * Outputs: loss [], the sum of targetWeight * -log p(target), and for each trained tensor its gradient, added to the input of
 * `gradientSoFar`. Inputs: those of `classBatches`, the trained tensors, and the sums so far.
 */
export function buildClassifierTraining(
  config: EncoderConfig,
  tensors: readonly WeightTensor[],
  { trained, classCount }: { readonly trained: readonly Parameter[]; readonly classCount: number },
): Graph {
  const builder = new GraphBuilder();
  const inputs = new Map(trained.map(({ name, shape }) => [name, builder.input(name, 'float32', shape)]));
  const stored = storedParameters(builder, tensors);
  const parameter: ParameterSource = (wanted) => inputs.get(wanted.name) ?? stored(wanted);
  const scores = builder.logSoftmax(buildClassLogits(builder, config, { parameter, classCount }));
  const target = builder.reshape(builder.input('target', 'int64', ['N']), ['N', 1]);
  const found = builder.reshape(builder.gatherElements(scores, target), ['N']);
  const weighted = builder.mul(found, builder.input('targetWeight', 'float32', ['N']));
  const loss = builder.neg(builder.reduceSum(weighted, [0], 'drop'));
  const gradientOf = gradients(builder, { of: loss, seed: builder.scalar(1), at: [...inputs.values()] });
  builder.output('loss', loss);
  for (const [name, input] of inputs) outputGradient(builder, input, gradientOf.get(name)!);
  return builder.finish();
}

/** The feeds of one optimiser step's micro-batches; each sample weighs one over their number. */
export function classBatches(config: EncoderConfig, samples: readonly ClassSample[]): Feeds[] {
  const buckets = samples.map(({ tokens }) => ({ tokens: paddedTextLength(config, tokens), targets: 1 }));
  return planBatches(buckets, microBatchTokens).map(({ bucket, members }) => {
    const batch = members.map((member) => samples[member]!);
    const texts = batch.map(({ tokens }) => tokens);
    const weights = new Float32Array(batch.length).fill(1 / samples.length);
    return {
      ...encodeTexts(texts, bucket.tokens, firstToken),
      target: { type: 'int64', dims: [batch.length], data: BigInt64Array.from(batch, ({ target }) => BigInt(target)) },
      targetWeight: { type: 'float32', dims: [batch.length], data: weights },
    };
  });
}
