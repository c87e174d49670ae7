// A computation graph as data: values with symbolic shapes, nodes in execution order, initializers.
// Operators carry their ONNX names, so that the encoding stays a transcription.

/** The operators a graph may hold, each with its ONNX domain ('' is ai.onnx). */
export const operatorDomains = {
  Add: '',
  Sub: '',
  Mul: '',
  Div: '',
  Neg: '',
  Exp: '',
  Log: '',
  Sqrt: '',
  Erf: '',
  Tanh: '',
  Sigmoid: '',
  Softmax: '',
  LogSoftmax: '',
  ReduceSum: '',
  ReduceMean: '',
  Reshape: '',
  Transpose: '',
  Concat: '',
  Split: '',
  Slice: '',
  DequantizeLinear: '',
  Gather: '',
  GatherElements: '',
  LayerNormalization: '',
  SimplifiedLayerNormalization: '',
  FusedMatMul: 'com.microsoft',
  RotaryEmbedding: 'com.microsoft',
  QuickGelu: 'com.microsoft',
  Sum: '',
  Identity: '',
  Equal: '',
  Cast: '',
  ArgMax: '',
  Shape: '',
  ConstantOfShape: '',
  ScatterND: '',
  ScatterElements: '',
} as const;

export type Operator = keyof typeof operatorDomains;

export type ElementType = 'float32' | 'int64' | 'int8' | 'bool';

/** A size, or the name of a size known only at run time, such as 'N'. */
export type Dimension = number | string;

export type Shape = readonly Dimension[];

export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface GraphNode {
  readonly name: string;
  readonly operator: Operator;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Plain numbers are ONNX ints; `{ float }` marks an ONNX float. */
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Bytes in a file that lies beside the model: little endian, row-major, `offset` and `length` in bytes. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

export interface Initializer {
  readonly value: Value;
  readonly data: Float32Array | BigInt64Array | Int8Array | ExternalData;
}

export interface Graph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly initializers: readonly Initializer[];
  /** Every node comes after the nodes whose outputs it reads. */
  readonly nodes: readonly GraphNode[];
}

/** `[N, T, 64]`, for messages. */
export function describeShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
