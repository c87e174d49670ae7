// The forward graph for decoding: tokens attend to the keys and values of earlier runs, and give their own for later ones.
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import type { LoraAdapter } from '../training/adapter-file.ts';
import { maskInputs } from './attention-masks.ts';
import { fixedAdapter } from './fixed-adapter.ts';
import type { Attention } from './llama.ts';
import { buildForward } from './llama.ts';
import type { ModelConfig } from './model-config.ts';
import type { WeightTensor } from './parameters.ts';
import { storedParameters } from './parameters.ts';

export type CacheKind = 'key' | 'value';

export const cacheKinds: readonly CacheKind[] = ['key', 'value'];

/** The input with a layer's keys or values of the S earlier slots, [S, N, key heads * size]. */
export function pastName(kind: CacheKind, index: number): string {
  return `past.${kind}.${index}`;
}

/** The output with those of the tokens of this run, [T, N, key heads * size]. */
export function freshName(kind: CacheKind, index: number): string {
  return `fresh.${kind}.${index}`;
}

/**
 * Inputs: tokens int64 [N, T], tokenPosition int64 [N, T] (rows of the rotary tables), cosine and sine [positions, head
 * size / 2], the masks [N, 1, group * T, S + T] (the T queries once per head of a group), logitPosition int64 [N, 1] (the token
 * of the run whose successor is asked for), position int64 [T] (0 to T - 1), and the past of every layer.
 * Outputs: next int64 [N, 1], the likeliest successor, and the fresh keys and values of every layer.
 */
export function buildDecodeGraph(config: ModelConfig, tensors: readonly WeightTensor[], adapter?: LoraAdapter): Graph {
  const builder = new GraphBuilder();
  const { logits } = buildForward(builder, config, {
    parameter: storedParameters(builder, tensors),
    attention: cachedAttention(builder, config),
    ...(adapter !== undefined && { adapt: fixedAdapter(builder, config, adapter) }),
  });
  builder.output('next', builder.argMax(logits));
  return builder.finish();
}

/** Slots come first in the cache, so that a token is added at its end and nothing moves. */
function cachedAttention(builder: GraphBuilder, config: ModelConfig): Attention {
  const { headCount, keyValueHeadCount, headSize } = config;
  const mask = maskInputs(builder, config, ['N', 1, `${headCount / keyValueHeadCount}*T`, 'A']);
  return {
    rotary: {
      offset: builder.input('tokenPosition', 'int64', ['N', 'T']),
      cosines: builder.input('cosine', 'float32', ['positions', headSize / 2]),
      sines: builder.input('sine', 'float32', ['positions', headSize / 2]),
    },
    heads(kind, index, x) {
      const fresh = builder.output(freshName(kind, index), builder.transpose(x, [1, 0, 2]));
      const past = builder.input(pastName(kind, index), 'float32', ['S', 'N', keyValueHeadCount * headSize]);
      const all = builder.concatFirst([past, fresh], 'A');
      const split = builder.reshape(all, ['A', 'N', keyValueHeadCount, headSize]);
      return builder.transpose(split, [1, 2, 0, 3]);
    },
    weights: (scores, index) => builder.softmax(builder.add(scores, mask(index))),
  };
}
