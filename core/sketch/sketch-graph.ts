// The graph behind `kron-sum`: the projected gradients of all parameters, added up.
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import type { HeadSlices } from '../models/head-loss.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { WeightTensor } from '../models/parameters.ts';
import { buildProjectedGradients } from './projected-gradients.ts';
import type { KroneckerSketch } from './specification.ts';

/**
 * Outputs: loss [N], and sketch [N, p * p], row-major [output side, input side], not normalised.
 * Every parameter is covered; a tied head and embedding share their signs, so their parts add as their gradients do.
 */
export function buildSketchGraph(
  config: ModelConfig,
  tensors: readonly WeightTensor[],
  specification: KroneckerSketch,
  slices: HeadSlices = {},
): Graph {
  const builder = new GraphBuilder();
  const { loss, parts } = buildProjectedGradients(builder, config, tensors, specification, slices);
  const sum = builder.sum(parts.map(({ projection }) => projection));
  builder.output('loss', loss);
  builder.output('sketch', builder.reshape(sum, ['N', specification.p ** 2]));
  return builder.finish();
}
