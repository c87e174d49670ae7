// What each mode of a sketch needs of the runtime, and how it reads the rows of a batch from the outputs of a run.
import type { Graph } from '../graph/graph.ts';
import type { TensorValue } from '../graph/runner.ts';
import { floatOutput } from '../graph/runner.ts';
import type { HeadSlices } from '../models/head-loss.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { WeightTensor } from '../models/parameters.ts';
import { parametersOf } from '../models/parameters.ts';
import { gradientName } from '../training/training-graph.ts';
import { blockName, buildConcatGraph } from './concat-graph.ts';
import { countSketcher } from './count-sketch.ts';
import { buildExactGradientGraph } from './exact-gradient-graph.ts';
import { buildSketchGraph } from './sketch-graph.ts';
import type { CountSketch, KroneckerSketch, SketchSpecification } from './specification.ts';

export interface SketchEngine {
  /** Has the output loss [N]. */
  readonly graph: Graph;
  /** Samples that a run may hold. */
  readonly batching: 'token-budget' | 'one-by-one';
  /** The sketch of the sample in row `row` of a run, not normalised. */
  rowOf(outputs: Record<string, TensorValue>, row: number): Float32Array | Float64Array;
}

export function sketchEngine(
  config: ModelConfig,
  tensors: readonly WeightTensor[],
  specification: SketchSpecification,
  slices: HeadSlices = {},
): SketchEngine {
  switch (specification.mode) {
    case 'kron-sum':
      return kronSum(buildSketchGraph(config, tensors, specification, slices), specification);
    case 'concat':
      return concat(buildConcatGraph(config, tensors, specification, slices), config, specification);
    case 'count-sketch':
      return countSketch(config, tensors, specification);
  }
}

function kronSum(graph: Graph, specification: KroneckerSketch): SketchEngine {
  const size = specification.p ** 2;
  return {
    graph,
    batching: 'token-budget',
    rowOf: (outputs, row) => floatOutput(outputs, 'sketch').subarray(row * size, (row + 1) * size),
  };
}

function concat(graph: Graph, config: ModelConfig, specification: KroneckerSketch): SketchEngine {
  const size = specification.p ** 2;
  const outputNames = parametersOf(config).map(({ name }) => blockName(name));
  return {
    graph,
    batching: 'token-budget',
    rowOf(outputs, row) {
      const joined = new Float32Array(outputNames.length * size);
      outputNames.forEach((name, index) => {
        joined.set(floatOutput(outputs, name).subarray(row * size, (row + 1) * size), index * size);
      });
      return joined;
    },
  };
}

function countSketch(config: ModelConfig, tensors: readonly WeightTensor[], specification: CountSketch): SketchEngine {
  const sumsOf = countSketcher(specification, parametersOf(config));
  return {
    graph: buildExactGradientGraph(config, tensors),
    batching: 'one-by-one',
    rowOf: (outputs) => sumsOf((parameter) => floatOutput(outputs, gradientName(parameter))),
  };
}
