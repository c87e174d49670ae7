// The masks that are added to attention scores: layers with the same window share one.
import type { GraphBuilder } from '../graph/builder.ts';
import type { Shape, Value } from '../graph/graph.ts';
import type { Window } from './layer-windows.ts';
import type { ModelConfig } from './model-config.ts';

/** Far below any score, so that exp gives exactly 0, and far above the smallest float32. */
export const MASKED = -1e9;

export interface AttentionMask {
  /** The graph's input: `mask`, and `mask.<window>` for the further masks of a model that mixes windows. */
  readonly name: string;
  readonly window: Window;
}

/** At least one, in the order in which layers first use them. */
export function attentionMasks({ layerWindows }: Pick<ModelConfig, 'layerWindows'>): AttentionMask[] {
  return [...new Set(layerWindows)].map((window, index) => ({
    name: index === 0 ? 'mask' : `mask.${window ?? 'all'}`,
    window,
  }));
}

/** Declares the masks as inputs of the graph; gives the one of each layer. */
export function maskInputs(builder: GraphBuilder, config: ModelConfig, shape: Shape): (layer: number) => Value {
  const inputs = new Map(
    attentionMasks(config).map(({ name, window }) => [window, builder.input(name, 'float32', shape)]),
  );
  return (layer) => inputs.get(config.layerWindows[layer]!)!;
}

/** The first position that is seen from `position`. */
export function firstVisible(window: Window, position: number): number {
  return window === null ? 0 : Math.max(0, position - window + 1);
}

/** [length, length]: row i sees itself and what came before it inside the window. */
export function causalMask(window: Window, length: number): Float32Array {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) {
    mask.fill(MASKED, row * length, row * length + firstVisible(window, row));
    mask.fill(MASKED, row * length + row + 1, (row + 1) * length);
  }
  return mask;
}
