// Builds a graph one operator at a time: infers shapes, names values, and refuses shapes that do not meet.
import { PermanentError } from '../../contracts/failures.ts';
import type {
  Attribute,
  Dimension,
  ElementType,
  ExternalData,
  Graph,
  GraphNode,
  Operator,
  Shape,
  Value,
} from './graph.ts';
import { describeShape } from './graph.ts';
import type { ScaledBytes } from './initializers.ts';
import { Initializers } from './initializers.ts';
import { broadcastShapes, matmulShape, reducedShape, reshapeSizes, sameShape } from './shapes.ts';

export interface MatmulOptions {
  /** Read the left factor with its last two axes exchanged. */
  readonly transposeA?: boolean;
  /** Read the right factor with its last two axes exchanged. */
  readonly transposeB?: boolean;
  /** Factor on the product, default 1. */
  readonly scale?: number;
}

/**
 * Cosines and sines are [positions, head size / 2]. `offset`, int64, says at which of them a token stands: [1] for the first
 * token of every row, or [N, T] for each token.
 */
export interface RotaryTables {
  readonly offset: Value;
  readonly cosines: Value;
  readonly sines: Value;
}

export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  private readonly inputs: Value[] = [];
  private readonly outputs: Value[] = [];
  private readonly initializers = new Initializers();

  input(name: string, type: ElementType, shape: Shape): Value {
    const value = { name, type, shape };
    this.inputs.push(value);
    return value;
  }

  /** Declares `value`, with `others` of its shape added to it, an output of the graph under `name`. */
  output(name: string, value: Value, ...others: readonly Value[]): Value {
    const named = { ...value, name };
    const operator = others.length === 0 ? 'Identity' : 'Sum';
    this.nodes.push({ name, operator, inputs: [value, ...others], outputs: [named], attributes: {} });
    this.outputs.push(named);
    return named;
  }

  /** A float32 initializer; asking again for a name gives the same value. */
  weight(name: string, shape: readonly number[], data: Float32Array | ExternalData): Value {
    return this.initializers.weight(name, shape, data);
  }

  /** scale * data as float32, made anew for each use from an initializer of one byte a number. */
  scaledBytes(name: string, shape: readonly number[], { data, scale }: ScaledBytes): Value {
    const stored = this.initializers.bytes(name, shape, data);
    return this.emit('DequantizeLinear', [stored, this.scalar(scale)], {}, { type: 'float32', shape });
  }

  integers(values: readonly number[]): Value {
    return this.initializers.integers(values);
  }

  /** The numbers of a value that `integers` made. */
  integersOf(value: Value): number[] {
    const found = this.initializers.integersOf(value);
    if (found === null) throw refused(`value "${value.name}"`, 'expected constant integers');
    return found;
  }

  scalar(number: number): Value {
    return this.initializers.scalar(number);
  }

  add(a: Value, b: Value): Value {
    return this.elementwise('Add', a, b);
  }

  sub(a: Value, b: Value): Value {
    return this.elementwise('Sub', a, b);
  }

  mul(a: Value, b: Value): Value {
    return this.elementwise('Mul', a, b);
  }

  div(a: Value, b: Value): Value {
    return this.elementwise('Div', a, b);
  }

  /** True where the two are equal, after broadcasting. */
  equal(a: Value, b: Value): Value {
    return this.elementwise('Equal', a, b, 'bool');
  }

  neg(x: Value): Value {
    return this.unary('Neg', x);
  }

  exp(x: Value): Value {
    return this.unary('Exp', x);
  }

  log(x: Value): Value {
    return this.unary('Log', x);
  }

  sqrt(x: Value): Value {
    return this.unary('Sqrt', x);
  }

  erf(x: Value): Value {
    return this.unary('Erf', x);
  }

  tanh(x: Value): Value {
    return this.unary('Tanh', x);
  }

  sigmoid(x: Value): Value {
    return this.unary('Sigmoid', x);
  }

  /** x / (1 + exp(-x)) */
  silu(x: Value): Value {
    return this.unary('QuickGelu', x, { alpha: { float: 1 } });
  }

  /** Over the last axis. */
  softmax(x: Value): Value {
    return this.unary('Softmax', x, { axis: -1 });
  }

  /** Over the last axis. */
  logSoftmax(x: Value): Value {
    return this.unary('LogSoftmax', x, { axis: -1 });
  }

  toFloat(x: Value): Value {
    return this.emit('Cast', [x], { to: 1 }, { type: 'float32', shape: x.shape });
  }

  /** The sum of equally shaped values, in the order given. */
  sum(values: readonly Value[]): Value {
    const [first] = values;
    if (!first) throw refused('Sum', 'no values');
    const other = values.find((value) => !sameShape(value.shape, first.shape));
    if (other) throw this.mismatch('Sum', [first, other], 'shapes differ');
    return values.length === 1 ? first : this.emit('Sum', values, {}, first);
  }

  /** scale * op(a) op(b) over the last two axes, leading axes broadcast; the factors stay where they are in memory. */
  matmul(a: Value, b: Value, options: MatmulOptions = {}): Value {
    const { transposeA = false, transposeB = false, scale = 1 } = options;
    const shape = matmulShape(a.shape, b.shape, transposeA, transposeB);
    if (shape === null) {
      throw this.mismatch('FusedMatMul', [a, b], `sizes do not meet (transposes: ${transposeA}, ${transposeB})`);
    }
    const attributes = { transA: Number(transposeA), transB: Number(transposeB), alpha: { float: scale } };
    return this.emit('FusedMatMul', [a, b], attributes, { type: a.type, shape });
  }

  /**
   * `output` = (x - mean) * inverse * weight + bias with `inverse` = 1 / sqrt(variance + epsilon), mean and variance over the
   * last axis, which both keep with size 1.
   */
  layerNorm(
    x: Value,
    { weight, bias }: { readonly weight: Value; readonly bias: Value },
    epsilon: number,
  ): { output: Value; mean: Value; inverse: Value } {
    const operator = 'LayerNormalization';
    const size = x.shape[x.shape.length - 1]!;
    if (!sameShape(weight.shape, [size]) || !sameShape(bias.shape, [size])) {
      throw this.mismatch(operator, [x, weight, bias], 'sizes differ');
    }
    const like = { type: x.type, shape: [...x.shape.slice(0, -1), 1] };
    const output = this.fresh(operator, x);
    const mean = this.fresh(`${operator}.mean`, like);
    const inverse = this.fresh(`${operator}.inverse`, like);
    const attributes = { axis: -1, epsilon: { float: epsilon }, stash_type: 1 };
    this.push(operator, [x, weight, bias], attributes, [output, mean, inverse]);
    return { output, mean, inverse };
  }

  /** `output` = x * inverse * weight with `inverse` = 1 / sqrt(mean(x^2) + epsilon) over the last axis, which it keeps with size 1. */
  rmsNorm(x: Value, weight: Value, epsilon: number): { output: Value; inverse: Value } {
    const size = x.shape[x.shape.length - 1]!;
    if (!sameShape(weight.shape, [size]))
      throw this.mismatch('SimplifiedLayerNormalization', [x, weight], 'sizes differ');
    const output = this.fresh('SimplifiedLayerNormalization', x);
    const inverse = this.fresh('SimplifiedLayerNormalization.inverse', {
      type: x.type,
      shape: [...x.shape.slice(0, -1), 1],
    });
    const attributes = { axis: -1, epsilon: { float: epsilon }, stash_type: 1 };
    this.push('SimplifiedLayerNormalization', [x, weight], attributes, [output, inverse]);
    return { output, inverse };
  }

  /** Rotates the two halves of each head; x is [N, T, headCount * head size]. */
  rotaryEmbedding(x: Value, tables: RotaryTables, headCount: number): Value {
    const width = x.shape[2];
    const half = tables.cosines.shape[1];
    if (typeof width !== 'number' || typeof half !== 'number' || width !== headCount * half * 2) {
      throw this.mismatch('RotaryEmbedding', [x, tables.cosines], `${headCount} heads do not fit`);
    }
    const inputs = [x, tables.offset, tables.cosines, tables.sines];
    const attributes = { interleaved: 0, num_heads: headCount, rotary_embedding_dim: half * 2 };
    return this.emit('RotaryEmbedding', inputs, attributes, x);
  }

  reshape(x: Value, shape: Shape): Value {
    if (sameShape(x.shape, shape)) return x;
    const sizes = reshapeSizes(x.shape, shape);
    if (sizes === null) throw this.mismatch('Reshape', [x], `cannot tell the sizes of ${describeShape(shape)} apart`);
    return this.emit('Reshape', [x, this.integers(sizes)], {}, { type: x.type, shape });
  }

  /** `x` in the shape of `like`, which holds as many entries. */
  reshapeLike(x: Value, like: Value): Value {
    const shape = this.emit('Shape', [like], {}, { type: 'int64', shape: [like.shape.length] });
    return this.emit('Reshape', [x, shape], {}, { type: x.type, shape: like.shape });
  }

  /**
   * `x` as it is, once `earlier`, a value of as many axes, has been computed. The runtime picks the order of nodes by what needs
   * what; this says what should be done with early, so that its inputs need not wait in memory. Costs nothing.
   */
  after(x: Value, earlier: Value): Value {
    const shape = this.emit('Shape', [earlier], {}, { type: 'int64', shape: [x.shape.length] });
    const unchanged = this.mul(shape, this.integers([0]));
    return this.emit('Reshape', [x, unchanged], {}, x);
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    const shape = permutation.map((axis) => x.shape[axis]!);
    return this.emit('Transpose', [x], { perm: permutation }, { type: x.type, shape });
  }

  /** Joined along the first axis, whose size in the result is the name given. */
  concatFirst(parts: readonly [Value, ...Value[]], joined: string): Value {
    const [first] = parts;
    const other = parts.find(({ shape }) => !sameShape(shape.slice(1), first.shape.slice(1)));
    if (other) throw this.mismatch('Concat', [first, other], 'sizes differ beyond the first');
    return this.emit('Concat', parts, { axis: 0 }, { type: first.type, shape: [joined, ...first.shape.slice(1)] });
  }

  /** Rows `from` up to, without, `to` (null: all from there) of the first axis, as many as there are: `size` names how many. */
  sliceFirst(x: Value, from: number, to: number | null, size: string): Value {
    const end = to ?? Number.MAX_SAFE_INTEGER;
    const inputs = [x, this.integers([from]), this.integers([end]), this.integers([0])];
    return this.emit('Slice', inputs, {}, { type: x.type, shape: [size, ...x.shape.slice(1)] });
  }

  /** Parts of the last axis, `sizes` wide, in order. */
  splitLast(x: Value, sizes: readonly number[]): Value[] {
    const width = sizes.reduce((sum, size) => sum + size, 0);
    const leading = x.shape.slice(0, -1);
    if (!sameShape(x.shape, [...leading, width])) throw this.mismatch('Split', [x], `${width} columns asked for`);
    const parts = sizes.map((size, part) => ({
      name: `Split_${this.nodes.length}.${part}`,
      type: x.type,
      shape: [...leading, size],
    }));
    this.push('Split', [x, this.integers(sizes)], { axis: leading.length }, parts);
    return parts;
  }

  reduceSum(x: Value, axes: readonly number[], reducedAxes: 'keep' | 'drop'): Value {
    return this.reduce('ReduceSum', x, axes, reducedAxes);
  }

  reduceMean(x: Value, axes: readonly number[], reducedAxes: 'keep' | 'drop'): Value {
    return this.reduce('ReduceMean', x, axes, reducedAxes);
  }

  /** Rows of `table` [rows, width] at `indices`: shape [...indices, width]. */
  gather(table: Value, indices: Value): Value {
    const shape = [...indices.shape, ...table.shape.slice(1)];
    return this.emit('Gather', [table, indices], { axis: 0 }, { type: table.type, shape });
  }

  /** Along the last axis: result[..., j] = x[..., indices[..., j]]. */
  gatherElements(x: Value, indices: Value): Value {
    if (!sameShape(x.shape.slice(0, -1), indices.shape.slice(0, -1))) {
      throw this.mismatch('GatherElements', [x, indices], 'leading sizes differ');
    }
    return this.emit('GatherElements', [x, indices], { axis: -1 }, { type: x.type, shape: indices.shape });
  }

  /** `base` with `updates` added along the last axis at `indices`; the transpose of gatherElements. */
  scatterElements(base: Value, indices: Value, updates: Value): Value {
    return this.emit('ScatterElements', [base, indices, updates], { axis: -1, reduction: 'add' }, base);
  }

  /** `base` [rows, width] with `updates` added to its rows at `indices`; the transpose of gather. */
  scatterRows(base: Value, indices: Value, updates: Value): Value {
    const positions = this.reshape(indices, [...indices.shape, 1]);
    return this.emit('ScatterND', [base, positions, updates], { reduction: 'add' }, base);
  }

  zerosLike(x: Value): Value {
    const shape = this.emit('Shape', [x], {}, { type: 'int64', shape: [x.shape.length] });
    return this.emit('ConstantOfShape', [shape], {}, { type: 'float32', shape: x.shape });
  }

  /** The index of the largest entry along the last axis, the first of equals. */
  argMax(x: Value): Value {
    const shape = x.shape.slice(0, -1);
    return this.emit('ArgMax', [x], { axis: -1, keepdims: 0 }, { type: 'int64', shape });
  }

  /** The outputs of a node like `node` that reads `inputs`, which have the shapes of the node's own. */
  repeat(node: GraphNode, inputs: readonly Value[]): Value[] {
    const outputs = node.outputs.map((output, position) => ({
      ...output,
      name: `${output.name}.${this.nodes.length}.${position}`,
    }));
    this.push(node.operator, inputs, node.attributes, outputs);
    return outputs;
  }

  /** The graph of the declared outputs, without the nodes and initializers that they do not need. */
  finish(): Graph {
    const needed = new Set(this.outputs.map(({ name }) => name));
    const nodes: GraphNode[] = [];
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some(({ name }) => needed.has(name))) continue;
      nodes.push(node);
      for (const { name } of node.inputs) needed.add(name);
    }
    const initializers = this.initializers.among(needed);
    return { inputs: this.inputs, outputs: this.outputs, initializers, nodes: nodes.reverse() };
  }

  private elementwise(operator: Operator, a: Value, b: Value, type: ElementType = a.type): Value {
    const shape = broadcastShapes(a.shape, b.shape);
    if (shape === null) throw this.mismatch(operator, [a, b], 'shapes do not broadcast');
    return this.emit(operator, [a, b], {}, { type, shape });
  }

  private unary(operator: Operator, x: Value, attributes: Record<string, Attribute> = {}): Value {
    return this.emit(operator, [x], attributes, x);
  }

  private reduce(operator: Operator, x: Value, axes: readonly number[], reducedAxes: 'keep' | 'drop'): Value {
    const shape = reducedShape(x.shape, axes, reducedAxes);
    const attributes = { keepdims: reducedAxes === 'keep' ? 1 : 0 };
    return this.emit(operator, [x, this.integers(axes)], attributes, { type: x.type, shape });
  }

  private emit(
    operator: Operator,
    inputs: readonly Value[],
    attributes: Record<string, Attribute>,
    like: { readonly type: ElementType; readonly shape: Shape },
  ): Value {
    const output = this.fresh(operator, like);
    this.push(operator, inputs, attributes, [output]);
    return output;
  }

  private push(
    operator: Operator,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Attribute>>,
    outputs: readonly Value[],
  ): void {
    this.nodes.push({ name: `node_${this.nodes.length}`, operator, inputs, outputs, attributes });
  }

  private fresh(prefix: string, like: { readonly type: ElementType; readonly shape: readonly Dimension[] }): Value {
    return { name: `${prefix}_${this.nodes.length}`, type: like.type, shape: like.shape };
  }

  private mismatch(operator: Operator, values: readonly Value[], what: string): PermanentError {
    const described = values.map(({ name, shape }) => `${name} ${describeShape(shape)}`).join(' and ');
    return refused(`${operator} "node_${this.nodes.length}"`, `${described}: ${what}`);
  }
}

function refused(where: string, what: string): PermanentError {
  return new PermanentError('UnsupportedModel', `${where}: ${what}`);
}
