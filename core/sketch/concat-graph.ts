// The graph behind `concat`: the same projections as kron-sum, one output for each parameter instead of their sum.
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/graph.ts';
import type { HeadSlices } from '../models/head-loss.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { WeightTensor } from '../models/parameters.ts';
import { buildProjectedGradients } from './projected-gradients.ts';
import type { KroneckerSketch } from './specification.ts';

/** The output that holds a parameter's block. */
export function blockName(parameter: string): string {
  return `block/${parameter}`;
}

/**
 * Outputs: loss [N], and for each parameter its projection [N, p * p] under `blockName`, row-major [output side, input side],
 * not normalised. A tied head adds to the block of the embedding.
 */
export function buildConcatGraph(
  config: ModelConfig,
  tensors: readonly WeightTensor[],
  specification: KroneckerSketch,
  slices: HeadSlices = {},
): Graph {
  const builder = new GraphBuilder();
  const { loss, parts } = buildProjectedGradients(builder, config, tensors, specification, slices);
  const blocks = new Map<string, Value[]>();
  for (const { parameter, projection } of parts) {
    blocks.set(parameter, [...(blocks.get(parameter) ?? []), projection]);
  }
  builder.output('loss', loss);
  for (const [parameter, block] of blocks) {
    builder.output(blockName(parameter), builder.reshape(builder.sum(block), ['N', specification.p ** 2]));
  }
  return builder.finish();
}
