// Low-rank adapters: W + (alpha / rank) B A with A [rank, in], B [out, rank] (Hu et al. 2021, equation 3).
// Names are those of PEFT checkpoints, less their prefix.
import { PermanentError } from '../../contracts/failures.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { LinearAdapter } from '../models/llama.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { Parameter, ParameterSource } from '../models/parameters.ts';
import { inLayer, linearLayers, linearShape } from '../models/parameters.ts';
import { uniforms } from '../random/philox.ts';

export interface LoraSpecification {
  readonly rank: number;
  readonly alpha: number;
  /** Blocks whose seven linear layers get adapters. */
  readonly layers: readonly number[];
}

/** Factor on B A. */
export function loraScale({ rank, alpha }: LoraSpecification): number {
  return alpha / rank;
}

/** `<module>.lora_A.weight` and `<module>.lora_B.weight` of every adapted module, in the order of the forward pass. */
export function loraParameters(config: ModelConfig, specification: LoraSpecification): Parameter[] {
  const { rank, layers } = specification;
  const outside = layers.find((index) => !(index >= 0 && index < config.layerCount));
  if (outside !== undefined) {
    throw new PermanentError(
      'InvalidConfig',
      `LoRA: layer ${outside} does not exist; the model has ${config.layerCount}`,
    );
  }
  return layers.flatMap((index) =>
    linearLayers.flatMap((layer) => {
      const [out, inputs] = linearShape(config, layer);
      const module = inLayer(index, layer);
      return [
        { name: `${module}.lora_A.weight`, shape: [rank, inputs] },
        { name: `${module}.lora_B.weight`, shape: [out, rank] },
      ];
    }),
  );
}

/** Start values: A uniform in +-1 / sqrt(in), B zero, so that training starts from the base model. */
export function initialLora(parameters: readonly Parameter[], seed: string): Map<string, Float32Array> {
  return new Map(
    parameters.map(({ name, shape }) => {
      const data = new Float32Array(shape[0]! * shape[1]!);
      if (name.endsWith('.lora_A.weight')) {
        const random = uniforms(`${seed}/${name}`);
        const bound = 1 / Math.sqrt(shape[1]!);
        for (let index = 0; index < data.length; index++) data[index] = (random.next() * 2 - 1) * bound;
      }
      return [name, data];
    }),
  );
}

/** Adds the adapters' branch to the adapted linear layers of a graph. */
export function loraAdapter(
  builder: GraphBuilder,
  parameters: readonly Parameter[],
  source: ParameterSource,
  scale: number,
): LinearAdapter {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  return (module, input, output) => {
    const down = byName.get(`${module}.lora_A.weight`);
    const up = byName.get(`${module}.lora_B.weight`);
    if (!down || !up) return output;
    const narrow = builder.matmul(input, source(down), { transposeB: true });
    return builder.add(output, builder.matmul(narrow, source(up), { transposeB: true, scale }));
  };
}

/** weight + scale B A as a new matrix; weight [out, in], down = A [rank, in], up = B [out, rank]. Sums in float64. */
export function mergeLora(
  weight: Float32Array,
  down: Float32Array,
  up: Float32Array,
  { rank, scale }: { readonly rank: number; readonly scale: number },
): Float32Array {
  const inputs = down.length / rank;
  const out = up.length / rank;
  if (weight.length !== out * inputs) {
    throw new PermanentError('InvalidData', `LoRA: a weight of ${weight.length} numbers, expected ${out} x ${inputs}`);
  }
  const row = new Float64Array(inputs);
  const merged = new Float32Array(weight.length);
  for (let output = 0; output < out; output++) {
    for (let input = 0; input < inputs; input++) row[input] = weight[output * inputs + input]!;
    for (let middle = 0; middle < rank; middle++) {
      const factor = scale * up[output * rank + middle]!;
      for (let input = 0; input < inputs; input++) row[input]! += factor * down[middle * inputs + input]!;
    }
    merged.set(row, output * inputs);
  }
  return merged;
}
