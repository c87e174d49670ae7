// From the rows of a micro-batch to the feeds of the training graph.

import { attentionMasks, firstVisible, MASKED } from '../models/attention-masks.ts';
import { encodePositions, encodeRotation, requireTokens, type TokenSample } from '../models/encode.ts';
import type { Feeds, TensorValue } from '../graph/runner.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { MicroBatch } from './micro-batches.ts';

/** The weight of each sample is 1 / `batchSize`, spread evenly over the tokens of its completion. */
export function encodeMicroBatch(
  config: ModelConfig,
  samples: readonly TokenSample[],
  { tokens: T, rows }: MicroBatch,
  { packing, batchSize }: { readonly packing: boolean; readonly batchSize: number },
): Feeds {
  const tokens = new BigInt64Array(rows.length * T);
  const [targetRows, targets, weights]: [number[], number[], number[]] = [[], [], []];
  rows.forEach((members, row) => {
    let start = row * T;
    for (const member of members) {
      const { promptTokens, completionTokens } = samples[member]!;
      requireTokens(config, promptTokens, completionTokens);
      const read = [...promptTokens, ...completionTokens.slice(0, -1)];
      read.forEach((token, index) => (tokens[start + index] = BigInt(token)));
      completionTokens.forEach((token, index) => {
        targetRows.push(start + promptTokens.length - 1 + index);
        targets.push(token);
        weights.push(1 / (completionTokens.length * batchSize));
      });
      start += read.length;
    }
  });
  return {
    tokens: { type: 'int64', dims: [rows.length, T], data: tokens },
    targetRow: integers(targetRows),
    target: integers(targets),
    targetWeight: { type: 'float32', dims: [weights.length], data: Float32Array.from(weights) },
    ...(packing ? encodePlaces(config, samples, { tokens: T, rows }) : sharedPositions(config, T)),
  };
}

function sharedPositions(config: ModelConfig, length: number): Feeds {
  const { position, ...feeds } = encodePositions(config, length);
  return feeds;
}

/** Where each token of a packed row stands in its own sample, and masks that keep samples apart. */
function encodePlaces(config: ModelConfig, samples: readonly TokenSample[], { tokens: T, rows }: MicroBatch): Feeds {
  const places = rows.map((members) =>
    placesOf(
      members.map((member) => samples[member]!),
      T,
    ),
  );
  const masks = attentionMasks(config).map(({ name, window }): [string, TensorValue] => {
    const mask = new Float32Array(rows.length * T * T).fill(MASKED);
    places.forEach((ofRow, row) => {
      ofRow.forEach((place, slot) => {
        const start = (row * T + slot) * T + slot - place;
        mask.fill(0, start + firstVisible(window, place), start + place + 1);
      });
    });
    return [name, { type: 'float32', dims: [rows.length, 1, 1, T, T], data: mask }];
  });
  return {
    ...encodeRotation(config, T),
    ...Object.fromEntries(masks),
    tokenPosition: { type: 'int64', dims: [rows.length, T], data: BigInt64Array.from(places.flat(), BigInt) },
  };
}

/** 0, 1, 2, ... for each sample in turn. Each slot of padding is a sample of its own, which sees itself and is not looked at. */
function placesOf(samples: readonly TokenSample[], length: number): number[] {
  const places = samples.flatMap(({ promptTokens, completionTokens }) =>
    Array.from({ length: promptTokens.length + completionTokens.length - 1 }, (_, place) => place),
  );
  return [...places, ...new Array<number>(length - places.length).fill(0)];
}

function integers(values: readonly number[]): TensorValue {
  return { type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) };
}
