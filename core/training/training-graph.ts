// The graph of one micro-batch: the forward pass with the trained tensors as inputs, the loss, and the gradients, added to those
// of the micro-batches before.
import { gradients } from '../autodiff/reverse.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/graph.ts';
import type { ForwardOptions } from '../models/llama.ts';
import { attentionAmongTokens, buildForward } from '../models/llama.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { Parameter, ParameterSource, WeightTensor } from '../models/parameters.ts';
import { EMBEDDING, storedParameters } from '../models/parameters.ts';
import { buildCompletionLoss } from './completion-loss.ts';
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

/** The input that holds the sum of a trained tensor's gradients so far. */
export function gradientSoFar(parameter: string): string {
  return `so-far/${parameter}`;
}

/** The output that holds that sum with the gradient of this run. */
export function gradientName(parameter: string): string {
  return `gradient/${parameter}`;
}

/**
 * Outputs: loss [], the sum of targetWeight * -log p(target), and for each trained tensor its gradient, added to the input of
 * `gradientSoFar`. Inputs: those of `encodeMicroBatch`, the trained tensors, and the sums so far.
 * @param options - packed: rows hold several samples, so positions and masks are given for each row
 */
export function buildTrainingGraph(
  config: ModelConfig,
  tensors: readonly WeightTensor[],
  trainable: Trainable,
  { packing }: { readonly packing: boolean },
): TrainingGraph {
  const builder = new GraphBuilder();
  const trained = trainable.kind === 'lora' ? loraParameters(config, trainable) : trainable.parameters;
  const inputs = new Map(trained.map(({ name, shape }) => [name, builder.input(name, 'float32', shape)]));
  const stored = storedParameters(builder, tensors);
  const parameter: ParameterSource = (wanted) => inputs.get(wanted.name) ?? stored(wanted);
  const { taps } = buildForward(builder, config, {
    parameter,
    select: targetRows(builder),
    ...(trainable.kind === 'lora' && { adapt: loraAdapter(builder, trained, parameter, loraScale(trainable)) }),
    ...(packing && { attention: packedAttention(builder, config) }),
  });
  const head = taps[taps.length - 1]!;
  const weight = parameter({ name: head.parameter, shape: head.shape });
  const { loss, adjoint, weightGradient } = buildCompletionLoss(builder, { hidden: head.input, weight });
  // An untied head is read after the hidden states, a tied one before them too.
  const at = [...inputs.values()].filter(({ name }) => name !== head.parameter || name === EMBEDDING);
  const found = gradients(builder, { of: head.input, seed: adjoint, at });
  builder.output('loss', loss);
  for (const [name, input] of inputs) {
    const parts = [found.get(name), name === head.parameter ? weightGradient() : undefined];
    outputGradient(builder, input, builder.sum(parts.filter((part) => part !== undefined)));
  }
  return { graph: builder.finish(), trained };
}

/** Declares the sum so far of a trained tensor's gradient, and the output that adds `gradient` to it. */
export function outputGradient(builder: GraphBuilder, trained: Value, gradient: Value): void {
  const before = builder.input(gradientSoFar(trained.name), 'float32', trained.shape);
  builder.output(gradientName(trained.name), before, gradient);
}

/** The rows of [N * T, hidden] that predict a target. */
function targetRows(builder: GraphBuilder): NonNullable<ForwardOptions['select']> {
  return (hidden) => {
    const rows = builder.reshape(hidden, ['N*T', hidden.shape[2]!]);
    return builder.gather(rows, builder.input('targetRow', 'int64', ['R']));
  };
}

function packedAttention(builder: GraphBuilder, config: ModelConfig) {
  const offset = builder.input('tokenPosition', 'int64', ['N', 'T']);
  return attentionAmongTokens(builder, config, { maskShape: ['N', 1, 1, 'T', 'T'], offset });
}
