// What a method trains of a model, and the numbers it starts from.

import type { TrainingMethod } from '../../contracts/trainers.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { Parameter } from '../models/parameters.ts';
import { layerParameters, linearLayers, parametersOf } from '../models/parameters.ts';
import type { LoraSpecification } from './lora.ts';
import type { Trainable } from './training-graph.ts';

/** `layers` of a method count from the top: the last blocks change most for the least backward work. */
export function trainableOf(config: ModelConfig, method: TrainingMethod): Trainable {
  if (method.kind === 'lora') return { kind: 'lora', ...loraOf(config, method) };
  const parameters = method.kind === 'full' ? parametersOf(config) : lastLayers(config, method.layers);
  return { kind: 'parameters', parameters };
}

export function loraOf(
  config: ModelConfig,
  { rank, alpha, layers }: Extract<TrainingMethod, { kind: 'lora' }>,
): LoraSpecification {
  return { rank, alpha, layers: lastIndices(config, layers) };
}

/** The weight matrices of the last `count` blocks. */
export function lastLayers(config: ModelConfig, count: number): Parameter[] {
  const parameters = lastIndices(config, count).flatMap((index) => layerParameters(config, index));
  return parameters.filter(({ name }) => linearLayers.some((layer) => name.endsWith(`${layer}.weight`)));
}

function lastIndices({ layerCount }: ModelConfig, count: number): number[] {
  const first = Math.max(0, layerCount - count);
  return Array.from({ length: layerCount - first }, (_, index) => first + index);
}
