// From token ids to the feeds of a language-model graph. How far a sample is padded depends on that sample alone.
import { PermanentError } from '../../contracts/failures.ts';
import type { Feeds, TensorValue } from '../graph/runner.ts';
import { attentionMasks, causalMask } from './attention-masks.ts';
import type { ModelConfig } from './model-config.ts';

export interface TokenSample {
  /** At least one token: the first completion token is predicted from the last of these. */
  readonly promptTokens: readonly number[];
  /** At least one token; the loss is taken over all of them. */
  readonly completionTokens: readonly number[];
}

/** A prompt of at least one token and candidates, at least one, for the single token after it. */
export interface NextTokenSample {
  readonly promptTokens: readonly number[];
  readonly candidates: readonly number[];
}

/** The padded sizes of a sample: T tokens in, L logit positions out. */
export interface Bucket {
  readonly tokens: number;
  readonly targets: number;
}

const TOKEN_STEP = 16;
const TARGET_STEP = 8;

/** Tokens that the model reads: the last completion token is only ever predicted. */
export function inputLength({ promptTokens, completionTokens }: TokenSample): number {
  return promptTokens.length + completionTokens.length - 1;
}

/** Tokens of a sample with its padding; a batch never has more logit positions than padded tokens. */
export function paddedLength(tokens: number): number {
  return roundUp(tokens, TOKEN_STEP);
}

/** Padding by fixed steps keeps a sample's arithmetic the same in every batch. */
export function bucketOf(sample: TokenSample): Bucket {
  return {
    tokens: paddedLength(inputLength(sample)),
    targets: roundUp(sample.completionTokens.length, TARGET_STEP),
  };
}

/** Feeds of the forward graph and its loss, for samples of one bucket. */
export function encodeSamples(config: ModelConfig, samples: readonly TokenSample[]): Feeds {
  const [first] = samples;
  if (!first) throw new PermanentError('InvalidData', 'a batch needs at least one sample');
  const bucket = bucketOf(first);
  for (const sample of samples) {
    requireTokens(config, sample.promptTokens, sample.completionTokens);
    checkBucket(bucketOf(sample), bucket);
  }
  const rows = samples.map(({ promptTokens, completionTokens }) => ({
    read: [...promptTokens, ...completionTokens.slice(0, -1)],
    targets: completionTokens,
    positions: completionTokens.map((_, index) => promptTokens.length - 1 + index),
  }));
  return { ...encodeRows(rows, bucket), ...encodePositions(config, bucket.tokens) };
}

export function nextTokenBucketOf({ promptTokens, candidates }: NextTokenSample): Bucket {
  return {
    tokens: roundUp(promptTokens.length, TOKEN_STEP),
    targets: roundUp(candidates.length, TARGET_STEP),
  };
}

/** Feeds for samples of one bucket whose targets all stand at the same place, after the prompt. */
export function encodeNextTokens(config: ModelConfig, samples: readonly NextTokenSample[]): Feeds {
  const [first] = samples;
  if (!first) throw new PermanentError('InvalidData', 'a batch needs at least one sample');
  const bucket = nextTokenBucketOf(first);
  for (const sample of samples) {
    requireTokens(config, sample.promptTokens, sample.candidates);
    checkBucket(nextTokenBucketOf(sample), bucket);
  }
  const rows = samples.map(({ promptTokens, candidates }) => ({
    read: promptTokens,
    targets: candidates,
    positions: candidates.map(() => promptTokens.length - 1),
  }));
  return { ...encodeRows(rows, bucket), ...encodePositions(config, bucket.tokens) };
}

/** What the model reads, what it should predict, and from the hidden state at which position. */
interface Row {
  readonly read: readonly number[];
  readonly targets: readonly number[];
  readonly positions: readonly number[];
}

function encodeRows(rows: readonly Row[], { tokens: T, targets: L }: Bucket): Feeds {
  const tokens = new BigInt64Array(rows.length * T);
  const logitPosition = new BigInt64Array(rows.length * L).fill(-1n);
  const target = new BigInt64Array(rows.length * L);
  const weight = new Float32Array(rows.length * L);
  rows.forEach(({ read, targets, positions }, row) => {
    read.forEach((token, index) => (tokens[row * T + index] = BigInt(token)));
    targets.forEach((token, index) => {
      logitPosition[row * L + index] = BigInt(positions[index]!);
      target[row * L + index] = BigInt(token);
      weight[row * L + index] = 1 / targets.length;
    });
  });
  return {
    tokens: { type: 'int64', dims: [rows.length, T], data: tokens },
    logitPosition: { type: 'int64', dims: [rows.length, L], data: logitPosition },
    target: { type: 'int64', dims: [rows.length, L], data: target },
    targetWeight: { type: 'float32', dims: [rows.length, L], data: weight },
  };
}

/** Positions, causal masks and rotary tables for sequences of `length` tokens, which do not depend on the samples. */
export function encodePositions(config: ModelConfig, length: number): Feeds {
  const masks = attentionMasks(config).map(({ name, window }): [string, TensorValue] => [
    name,
    { type: 'float32', dims: [length, length], data: causalMask(window, length) },
  ]);
  return {
    position: { type: 'int64', dims: [length], data: BigInt64Array.from({ length }, (_, index) => BigInt(index)) },
    ...Object.fromEntries(masks),
    ...encodeRotation(config, length),
  };
}

/** Rotary tables of the positions 0 to length - 1. */
export function encodeRotation({ headSize, ropeTheta, ropeDivisors }: ModelConfig, length: number): Feeds {
  const half = headSize / 2;
  const cosine = new Float32Array(length * half);
  const sine = new Float32Array(length * half);
  for (let row = 0; row < length; row++) {
    for (let pair = 0; pair < half; pair++) {
      const angle = (row * ropeTheta ** (-pair / half)) / (ropeDivisors?.[pair] ?? 1);
      cosine[row * half + pair] = Math.cos(angle);
      sine[row * half + pair] = Math.sin(angle);
    }
  }
  return {
    cosine: { type: 'float32', dims: [length, half], data: cosine },
    sine: { type: 'float32', dims: [length, half], data: sine },
  };
}

/** @throws {PermanentError} `InvalidData` for an empty side or a token outside the model's vocabulary */
export function requireTokens(config: ModelConfig, prompt: readonly number[], targets: readonly number[]): void {
  if (prompt.length === 0 || targets.length === 0) {
    const found = `${prompt.length} prompt and ${targets.length} completion tokens`;
    throw new PermanentError('InvalidData', `a sample has ${found}; expected at least one of each`);
  }
  const outside = [...prompt, ...targets].find((token) => !(token >= 0 && token < config.vocabularySize));
  if (outside !== undefined) {
    const expected = `expected 0 to ${config.vocabularySize - 1}; does the tokenizer belong to the model?`;
    throw new PermanentError('InvalidData', `a sample has token id ${outside}, ${expected}`);
  }
}

function checkBucket(own: Bucket, bucket: Bucket): void {
  if (own.tokens !== bucket.tokens || own.targets !== bucket.targets) {
    const found = `${own.tokens}/${own.targets} among ${bucket.tokens}/${bucket.targets}`;
    throw new PermanentError('InvalidData', `samples of different buckets in one batch: ${found}; plan batches first`);
  }
}

function roundUp(count: number, step: number): number {
  return Math.ceil(count / step) * step;
}
