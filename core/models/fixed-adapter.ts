// A trained adapter as constants of a graph that only reads it.
import type { GraphBuilder } from '../graph/builder.ts';
import type { LoraAdapter } from '../training/adapter-file.ts';
import { loraAdapter, loraParameters, loraScale } from '../training/lora.ts';
import type { LinearAdapter } from './llama.ts';
import type { ModelConfig } from './model-config.ts';
import type { ParameterSource } from './parameters.ts';

export function fixedAdapter(
  builder: GraphBuilder,
  config: ModelConfig,
  { specification, tensors }: LoraAdapter,
): LinearAdapter {
  // Other programs adapt some of a block's layers only.
  const parameters = loraParameters(config, specification).filter(({ name }) => tensors.has(name));
  const source: ParameterSource = ({ name, shape }) => builder.weight(name, shape, tensors.get(name)!);
  return loraAdapter(builder, parameters, source, loraScale(specification));
}
