// The parameters of a model: their canonical names (those of Hugging Face checkpoints), their shapes, and where their bytes lie.
import { PermanentError } from '../../contracts/failures.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { ModelConfig } from './model-config.ts';

export const EMBEDDING = 'model.embed_tokens.weight';
export const FINAL_NORM = 'model.norm.weight';

/** The one file that holds all tensors, float32, little endian. */
export const WEIGHTS_FILE = 'weights.bin';

/** A tensor of weights.bin, as weights.json lists it; `offset` and `length` in bytes. */
export interface WeightTensor {
  readonly name: string;
  /** Another file of the same layout that holds it, relative to the folder of weights.bin. */
  readonly file?: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

export interface Parameter {
  readonly name: string;
  /** Matrices are [out, in]. */
  readonly shape: readonly number[];
}

/** The seven linear layers of a block, in the order of the forward pass. */
export const linearLayers = [
  'self_attn.q_proj',
  'self_attn.k_proj',
  'self_attn.v_proj',
  'self_attn.o_proj',
  'mlp.gate_proj',
  'mlp.up_proj',
  'mlp.down_proj',
] as const;

export type LinearLayer = (typeof linearLayers)[number];

/** `model.layers.<index>.<name>`. */
export function inLayer(index: number, name: string): string {
  return `model.layers.${index}.${name}`;
}

export function headName(config: ModelConfig): string {
  return config.tiedHead ? EMBEDDING : 'lm_head.weight';
}

/** [out, in] of a linear layer. */
export function linearShape(config: ModelConfig, layer: LinearLayer): [number, number] {
  const { hiddenSize, intermediateSize, headSize } = config;
  const queries = config.headCount * headSize;
  const keys = config.keyValueHeadCount * headSize;
  const shapes: Record<LinearLayer, [number, number]> = {
    'self_attn.q_proj': [queries, hiddenSize],
    'self_attn.k_proj': [keys, hiddenSize],
    'self_attn.v_proj': [keys, hiddenSize],
    'self_attn.o_proj': [hiddenSize, queries],
    'mlp.gate_proj': [intermediateSize, hiddenSize],
    'mlp.up_proj': [intermediateSize, hiddenSize],
    'mlp.down_proj': [hiddenSize, intermediateSize],
  };
  return shapes[layer];
}

export function hasBias(config: ModelConfig, layer: LinearLayer): boolean {
  if (config.attentionBias === 'none' || layer.startsWith('mlp.')) return false;
  return config.attentionBias === 'all' || layer !== 'self_attn.o_proj';
}

/** Every parameter of the model, once, in the order of the forward pass. */
export function parametersOf(config: ModelConfig): Parameter[] {
  const matrix = [config.vocabularySize, config.hiddenSize];
  const layers = Array.from({ length: config.layerCount }, (_, index) => layerParameters(config, index));
  const head = config.tiedHead ? [] : [{ name: headName(config), shape: matrix }];
  return [
    { name: EMBEDDING, shape: matrix },
    ...layers.flat(),
    { name: FINAL_NORM, shape: [config.hiddenSize] },
    ...head,
  ];
}

/** The parameters of one block. */
export function layerParameters(config: ModelConfig, index: number): Parameter[] {
  const { hiddenSize, headSize } = config;
  const linears = linearLayers.flatMap((layer) => {
    const shape = linearShape(config, layer);
    const weight = { name: inLayer(index, `${layer}.weight`), shape };
    return hasBias(config, layer) ? [weight, { name: inLayer(index, `${layer}.bias`), shape: [shape[0]] }] : [weight];
  });
  const headNorms = config.queryKeyNorm ? ['self_attn.q_norm', 'self_attn.k_norm'] : [];
  return [
    { name: inLayer(index, 'input_layernorm.weight'), shape: [hiddenSize] },
    ...linears,
    ...headNorms.map((norm) => ({ name: inLayer(index, `${norm}.weight`), shape: [headSize] })),
    { name: inLayer(index, 'post_attention_layernorm.weight'), shape: [hiddenSize] },
  ];
}

/** Gives the value of a parameter inside a graph under construction. */
export type ParameterSource = (parameter: Parameter) => Value;

/**
 * Parameters as initializers that refer to weights.bin.
 * @throws {PermanentError} `CorruptModel` when a tensor is missing or has another shape than the config implies
 */
export function storedParameters(builder: GraphBuilder, tensors: readonly WeightTensor[]): ParameterSource {
  const find = tensorFinder(tensors);
  return (parameter) => {
    const { file: location = WEIGHTS_FILE, offset, length } = find(parameter);
    return builder.weight(parameter.name, parameter.shape, { location, offset, length });
  };
}

/** @throws {PermanentError} `CorruptModel` unless every parameter of the model is there, in its shape */
export function requireTensors(config: ModelConfig, tensors: readonly WeightTensor[]): void {
  const find = tensorFinder(tensors);
  for (const parameter of parametersOf(config)) find(parameter);
}

/** Finds tensors by parameter. @throws {PermanentError} `CorruptModel` as `storedParameters` does */
export function tensorFinder(tensors: readonly WeightTensor[]): (parameter: Parameter) => WeightTensor {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return ({ name, shape }) => {
    const tensor = byName.get(name);
    if (!tensor) throw new PermanentError('CorruptModel', `weights.json has no tensor ${name}; import the model again`);
    if (tensor.shape.join() === shape.join()) return tensor;
    const found = `found [${tensor.shape.join(', ')}], expected [${shape.join(', ')}]`;
    throw new PermanentError('CorruptModel', `weights.json, tensor ${name}: ${found}; it does not fit config.json`);
  };
}
