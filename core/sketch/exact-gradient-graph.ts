// The graph that gives whole gradients: of one sample at a time they are those of that sample.
import { gradients } from '../autodiff/reverse.ts';
import { GraphBuilder } from '../graph/builder.ts';
import type { Graph } from '../graph/graph.ts';
import { buildForward } from '../models/llama.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { ParameterSource, WeightTensor } from '../models/parameters.ts';
import { parametersOf, storedParameters } from '../models/parameters.ts';
import { buildTokenLoss } from '../models/token-loss.ts';
import { gradientName } from '../training/training-graph.ts';

/** Outputs: loss [N], and under `gradientName` the gradient of the sum of the N losses for each parameter, in its shape. */
export function buildExactGradientGraph(config: ModelConfig, tensors: readonly WeightTensor[]): Graph {
  const builder = new GraphBuilder();
  const stored = storedParameters(builder, tensors);
  // One value for each parameter, so that a tied head and the embedding add up.
  const values = new Map(parametersOf(config).map((parameter) => [parameter.name, stored(parameter)]));
  const parameter: ParameterSource = (wanted) => values.get(wanted.name) ?? stored(wanted);
  const { logits } = buildForward(builder, config, { parameter });
  const loss = buildTokenLoss(builder, logits);
  const seed = builder.add(builder.zerosLike(loss), builder.scalar(1));
  const found = gradients(builder, { of: loss, seed, at: [...values.values()] });
  builder.output('loss', loss);
  for (const [name, { name: value }] of values) builder.output(gradientName(name), found.get(value)!);
  return builder.finish();
}
