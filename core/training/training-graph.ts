// The graph of one optimiser micro-batch: the forward pass with the trained tensors as inputs, and their gradients.
import { gradients } from '../autodiff/reverse.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { buildForward } from '../models/llama.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { Parameter, ParameterSource, WeightTensor } from '../models/parameters.ts';
import { layerParameters, linearLayers, storedParameters } from '../models/parameters.ts';
import { buildTokenLoss } from '../models/token-loss.ts';
import type { LoraSpecification } from './lora.ts';
import { loraAdapter, loraParameters, loraScale } from './lora.ts';

/** What is trained: adapters on frozen weights, or some of the model's own parameters. */
export type Trainable =
  | ({ readonly kind: 'lora' } & LoraSpecification)
  | { readonly kind: 'parameters'; readonly parameters: readonly Parameter[] };

export interface TrainingGraph {
  readonly graph: Graph;
  /** The trained tensors: each is an input under its name. */
  readonly trained: readonly Parameter[];
}

/** The output that holds the gradient of a trained tensor. */
export function gradientName(parameter: string): string {
  return `gradient/${parameter}`;
}

/** The weight matrices of the last `count` blocks. */
export function lastLayers(config: ModelConfig, count: number): Parameter[] {
  const first = Math.max(0, config.layerCount - count);
  const indices = Array.from({ length: config.layerCount - first }, (_, index) => first + index);
  const matrices = indices.flatMap((index) => layerParameters(config, index));
  return matrices.filter(({ name }) => linearLayers.some((layer) => name.endsWith(`${layer}.weight`)));
}

/**
 * Outputs: loss [N], and per trained tensor the gradient of sum_n sampleWeight[n] * loss[n] under `gradientName`.
 * Inputs besides the samples': sampleWeight float32 [N], and the trained tensors.
 */
export function buildTrainingGraph(
  config: ModelConfig,
  tensors: readonly WeightTensor[],
  trainable: Trainable,
): TrainingGraph {
  const builder = new GraphBuilder();
  const trained = trainable.kind === 'lora' ? loraParameters(config, trainable) : trainable.parameters;
  const inputs = new Map(trained.map(({ name, shape }) => [name, builder.input(name, 'float32', shape)]));
  const stored = storedParameters(builder, tensors);
  const parameter: ParameterSource = (wanted) => inputs.get(wanted.name) ?? stored(wanted);
  const adapt =
    trainable.kind === 'lora' ? { adapt: loraAdapter(builder, trained, parameter, loraScale(trainable)) } : {};
  const { logits } = buildForward(builder, config, { parameter, ...adapt });
  const loss = buildTokenLoss(builder, logits);
  const seed = builder.input('sampleWeight', 'float32', ['N']);
  const found = gradients(builder, { of: loss, seed, at: [...inputs.values()] });
  builder.output('loss', loss);
  for (const [name, gradient] of found) builder.output(gradientName(name), gradient satisfies Value);
  return { graph: builder.finish(), trained };
}
