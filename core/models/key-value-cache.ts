// The keys and values of the tokens that a batch of sequences has read so far.
import type { Feeds, TensorValue } from '../graph/runner.ts';
import { floatOutput } from '../graph/runner.ts';
import { cacheKinds, freshName, pastName } from './decode-graph.ts';
import type { ModelConfig } from './model-config.ts';

export interface KeyValueCache {
  /** Slots that are filled. */
  readonly length: number;
  /** The filled slots as the past of the next run. */
  feeds(): Feeds;
  /** Adds what a run over `slots` tokens a row gave. */
  append(outputs: Record<string, TensorValue>, slots: number): void;
}

/** A cache for `rows` sequences; its memory is shared, so that feeding it copies nothing on the way to a session's thread. */
export function createCache(config: ModelConfig, rows: number, capacity: number): KeyValueCache {
  const width = config.keyValueHeadCount * config.headSize;
  const slotSize = rows * width;
  const entries = Array.from({ length: config.layerCount }, (_, index) =>
    cacheKinds.map((kind) => ({
      past: pastName(kind, index),
      fresh: freshName(kind, index),
      data: new Float32Array(new SharedArrayBuffer(capacity * slotSize * Float32Array.BYTES_PER_ELEMENT)),
    })),
  ).flat();
  let length = 0;
  return {
    get length() {
      return length;
    },
    feeds() {
      const dims = [length, rows, width];
      const filled = length * slotSize;
      return Object.fromEntries(
        entries.map(({ past, data }) => [past, { type: 'float32', dims, data: data.subarray(0, filled) }]),
      );
    },
    append(outputs, slots) {
      for (const { fresh, data } of entries) data.set(floatOutput(outputs, fresh), length * slotSize);
      length += slots;
    },
  };
}
