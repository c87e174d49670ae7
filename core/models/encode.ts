// From token ids to the feeds of a language-model graph. How far a sample is padded depends on that sample alone.
import { PermanentError } from '../../contracts/failures.ts';
import type { Feeds } from '../graph/runner.ts';
import type { ModelConfig } from './model-config.ts';

export interface TokenSample {
  /** At least one token: the first completion token is predicted from the last of these. */
  readonly promptTokens: readonly number[];
  /** At least one token; the loss is taken over all of them. */
  readonly completionTokens: readonly number[];
}

/** The padded sizes of a sample: T tokens in, L logit positions out. */
export interface Bucket {
  readonly tokens: number;
  readonly targets: number;
}

const TOKEN_STEP = 16;
const TARGET_STEP = 8;

/** Far below any score, so that exp gives exactly 0, and far above the smallest float32. */
const MASKED = -1e9;

/** Tokens that the model reads: the last completion token is only ever predicted. */
export function inputLength({ promptTokens, completionTokens }: TokenSample): number {
  return promptTokens.length + completionTokens.length - 1;
}

/** Padding by fixed steps keeps a sample's arithmetic the same in every batch. */
export function bucketOf(sample: TokenSample): Bucket {
  return {
    tokens: roundUp(inputLength(sample), TOKEN_STEP),
    targets: roundUp(sample.completionTokens.length, TARGET_STEP),
  };
}

/** Feeds of the forward graph and its loss, for samples of one bucket. */
export function encodeSamples(config: ModelConfig, samples: readonly TokenSample[]): Feeds {
  const [first] = samples;
  if (!first) throw new PermanentError('InvalidData', 'a batch needs at least one sample');
  const bucket = bucketOf(first);
  for (const sample of samples) checkSample(config, sample, bucket);
  return { ...encodeTokens(samples, bucket), ...encodePositions(config, bucket.tokens) };
}

function encodeTokens(samples: readonly TokenSample[], { tokens: T, targets: L }: Bucket): Feeds {
  const tokens = new BigInt64Array(samples.length * T);
  const logitPosition = new BigInt64Array(samples.length * L).fill(-1n);
  const target = new BigInt64Array(samples.length * L);
  const weight = new Float32Array(samples.length * L);
  samples.forEach(({ promptTokens, completionTokens }, row) => {
    const sequence = [...promptTokens, ...completionTokens.slice(0, -1)];
    sequence.forEach((token, position) => (tokens[row * T + position] = BigInt(token)));
    completionTokens.forEach((token, position) => {
      logitPosition[row * L + position] = BigInt(promptTokens.length - 1 + position);
      target[row * L + position] = BigInt(token);
      weight[row * L + position] = 1 / completionTokens.length;
    });
  });
  return {
    tokens: { type: 'int64', dims: [samples.length, T], data: tokens },
    logitPosition: { type: 'int64', dims: [samples.length, L], data: logitPosition },
    target: { type: 'int64', dims: [samples.length, L], data: target },
    targetWeight: { type: 'float32', dims: [samples.length, L], data: weight },
  };
}

/** Positions, causal mask and rotary tables for sequences of `length` tokens, which do not depend on the samples. */
export function encodePositions(config: ModelConfig, length: number): Feeds {
  const half = config.headSize / 2;
  const mask = new Float32Array(length * length);
  const cosine = new Float32Array(length * half);
  const sine = new Float32Array(length * half);
  for (let row = 0; row < length; row++) {
    mask.fill(MASKED, row * length + row + 1, (row + 1) * length);
    for (let pair = 0; pair < half; pair++) {
      const angle = row * config.ropeTheta ** (-pair / half);
      cosine[row * half + pair] = Math.cos(angle);
      sine[row * half + pair] = Math.sin(angle);
    }
  }
  return {
    position: { type: 'int64', dims: [length], data: BigInt64Array.from({ length }, (_, index) => BigInt(index)) },
    mask: { type: 'float32', dims: [length, length], data: mask },
    cosine: { type: 'float32', dims: [length, half], data: cosine },
    sine: { type: 'float32', dims: [length, half], data: sine },
  };
}

function checkSample(config: ModelConfig, sample: TokenSample, bucket: Bucket): void {
  const { promptTokens, completionTokens } = sample;
  if (promptTokens.length === 0 || completionTokens.length === 0) {
    const found = `${promptTokens.length} prompt and ${completionTokens.length} completion tokens`;
    throw new PermanentError('InvalidData', `a sample has ${found}; expected at least one of each`);
  }
  const outside = [...promptTokens, ...completionTokens].find(
    (token) => !(token >= 0 && token < config.vocabularySize),
  );
  if (outside !== undefined) {
    const expected = `expected 0 to ${config.vocabularySize - 1}; does the tokenizer belong to the model?`;
    throw new PermanentError('InvalidData', `a sample has token id ${outside}, ${expected}`);
  }
  const own = bucketOf(sample);
  if (own.tokens !== bucket.tokens || own.targets !== bucket.targets) {
    const found = `${own.tokens}/${own.targets} among ${bucket.tokens}/${bucket.targets}`;
    throw new PermanentError('InvalidData', `samples of different buckets in one batch: ${found}; plan batches first`);
  }
}

function roundUp(count: number, step: number): number {
  return Math.ceil(count / step) * step;
}
