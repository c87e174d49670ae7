// The derivative of every operator, in one table. A rule gives dL/d(inputs) from g = dL/d(output); null where no gradient flows.
// Shapes may still carry broadcast axes: reverse.ts sums them away, and sums contributions, in one place.
import type { GraphBuilder, MatmulOptions, RotaryTables } from '../graph/builder.ts';
import type { GraphNode, Operator, Value } from '../graph/graph.ts';
import { reshapeSizes } from '../graph/shapes.ts';

/** Operators through which no gradient passes, and what they do instead; a new operator belongs here or in the table of rules. */
export const withoutGradient = {
  Sum: 'adds up gradients, after the loss',
  Concat: 'joins rows that are not differentiated through: a cache, slices of a finished loss',
  Slice: 'cuts rows that are not differentiated through',
  Split: 'cuts results that are not differentiated through',
  DequantizeLinear: 'makes a constant, such as random signs, from its bytes',
  Identity: 'names an output',
  Equal: 'gives true or false, piecewise constant',
  Cast: 'turns true and false into 1 and 0',
  ArgMax: 'gives a place, piecewise constant',
  Shape: 'gives sizes, not values',
  ConstantOfShape: 'gives zeros, whatever the values',
  ScatterND: 'adds gradients to the rows that Gather took them from, after the loss',
  ScatterElements: 'adds gradients to the entries that GatherElements took them from, after the loss',
} as const satisfies Partial<Record<Operator, string>>;

export type DifferentiableOperator = Exclude<Operator, keyof typeof withoutGradient>;

export interface RuleContext {
  readonly builder: GraphBuilder;
  readonly node: GraphNode;
  readonly inputs: readonly Value[];
  /** The first output, y in the formulas. */
  readonly y: Value;
  /** dL/dy. */
  readonly g: Value;
}

export type GradientRule = (context: RuleContext) => readonly (Value | null)[];

/** Contributions by input position; each is null or broadcasts from the input's shape. */
export const gradientRules: Record<DifferentiableOperator, GradientRule> = {
  Add: ({ g }) => [g, g],
  Sub: ({ builder, g }) => [g, builder.neg(g)],
  Mul: binary(({ builder, g }, a, b) => [builder.mul(g, b), builder.mul(g, a)]),
  Div: binary(({ builder, g, y }, _, b) => [builder.div(g, b), builder.neg(builder.mul(g, builder.div(y, b)))]),
  Neg: ({ builder, g }) => [builder.neg(g)],
  Exp: ({ builder, g, y }) => [builder.mul(g, y)],
  Log: unary(({ builder, g }, x) => builder.div(g, x)),
  Sqrt: ({ builder, g, y }) => [builder.div(g, builder.add(y, y))],
  // dx = g 2 / sqrt(pi) exp(-x^2)
  Erf: unary(({ builder, g }, x) => {
    const slope = builder.mul(builder.exp(builder.neg(builder.mul(x, x))), builder.scalar(2 / Math.sqrt(Math.PI)));
    return builder.mul(g, slope);
  }),
  Tanh: ({ builder, g, y }) => [builder.sub(g, builder.mul(g, builder.mul(y, y)))],
  Sigmoid: ({ builder, g, y }) => [builder.mul(builder.mul(g, y), builder.sub(builder.scalar(1), y))],
  QuickGelu: unary(siluSlope),
  // dx = y (g - sum(g y))
  Softmax: ({ builder, g, y }) => [builder.mul(y, builder.sub(g, sumLast(builder, builder.mul(g, y))))],
  // dx = g - exp(y) sum(g)
  LogSoftmax: ({ builder, g, y }) => [builder.sub(g, builder.mul(builder.exp(y), sumLast(builder, g)))],
  ReduceSum: reduction(({ g }) => g),
  ReduceMean: reduction(({ builder, g }, count) => builder.div(g, builder.scalar(count))),
  // Sizes that the shape alone does not tell apart are read from x.
  Reshape: unary(({ builder, g }, x) =>
    reshapeSizes(g.shape, x.shape) ? builder.reshape(g, x.shape) : builder.reshapeLike(g, x),
  ),
  Transpose: transposeRule,
  Gather: gatherRule,
  GatherElements: binary(({ builder, g }, x, indices) => [
    builder.scatterElements(builder.zerosLike(x), indices, g),
    null,
  ]),
  LayerNormalization: layerNormRule,
  SimplifiedLayerNormalization: rmsNormRule,
  FusedMatMul: matmulRule,
  RotaryEmbedding: rotaryRule,
};

/** y = x s with s = sigmoid(x): dx = g (s + y - y s). The builder makes this operator with alpha 1 only. */
function siluSlope({ builder, y, g }: RuleContext, x: Value): Value {
  const s = builder.sigmoid(x);
  return builder.mul(g, builder.add(s, builder.sub(y, builder.mul(y, s))));
}

function unary(rule: (context: RuleContext, x: Value) => Value): GradientRule {
  return (context) => [rule(context, context.inputs[0]!)];
}

function binary(rule: (context: RuleContext, a: Value, b: Value) => readonly (Value | null)[]): GradientRule {
  return (context) => rule(context, context.inputs[0]!, context.inputs[1]!);
}

/** y is a sum over axes, perhaps divided by their `count`: its gradient is repeated along them. */
function reduction(rule: (context: RuleContext, count: number) => Value): GradientRule {
  return (context) => {
    const { builder, node, y } = context;
    const x = context.inputs[0]!;
    const axes = builder.integersOf(node.inputs[1]!);
    const count =
      node.operator === 'ReduceMean' ? axes.reduce((product, axis) => product * Number(x.shape[axis]), 1) : 1;
    const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const scaled = rule(context, count);
    const g = y.shape.length === x.shape.length ? scaled : builder.reshape(scaled, kept);
    return [builder.add(builder.zerosLike(x), g), null];
  };
}

function transposeRule({ builder, node, g }: RuleContext): [Value] {
  const permutation = node.attributes['perm'] as readonly number[];
  return [
    builder.transpose(
      g,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ];
}

/** y = rows of a table: the table's gradient collects the rows' gradients. */
function gatherRule({ builder, inputs, g }: RuleContext): [Value, null] {
  const [table, indices] = [inputs[0]!, inputs[1]!];
  return [builder.scatterRows(builder.zerosLike(table), indices, g), null];
}

/** y = n w + b with n = (x - m) r, m the mean, r = 1 / deviation: dx = r (g w - mean(g w) - n mean(g w n)), dw = g n, db = g. */
function layerNormRule({ builder, node, inputs, g }: RuleContext): [Value, Value, Value] {
  const [x, weight] = [inputs[0]!, inputs[1]!];
  const [mean, inverse] = [node.outputs[1]!, node.outputs[2]!];
  const normalized = builder.mul(builder.sub(x, mean), inverse);
  const weighted = builder.mul(g, weight);
  const last = [x.shape.length - 1];
  const along = builder.mul(normalized, builder.reduceMean(builder.mul(weighted, normalized), last, 'keep'));
  const centred = builder.sub(weighted, builder.reduceMean(weighted, last, 'keep'));
  return [builder.mul(inverse, builder.sub(centred, along)), builder.mul(g, normalized), g];
}

/** y = n w with n = x r, r = 1 / rms(x): dx = r (g w - n mean(g w n)), dw = g n. */
function rmsNormRule({ builder, node, inputs, g }: RuleContext): [Value, Value] {
  const [x, weight, inverse] = [inputs[0]!, inputs[1]!, node.outputs[1]!];
  const normalized = builder.mul(x, inverse);
  const weighted = builder.mul(g, weight);
  const last = x.shape.length - 1;
  const along = builder.mul(normalized, builder.reduceMean(builder.mul(weighted, normalized), [last], 'keep'));
  return [builder.mul(inverse, builder.sub(weighted, along)), builder.mul(g, normalized)];
}

/** y = s op(a) op(b): da = s g op(b)^T and db = s op(a)^T g, each transposed back where op transposes. */
function matmulRule({ builder, node, inputs, g }: RuleContext): [Value, Value] {
  const { scale, transposeA, transposeB } = matmulOptions(node);
  const [a, b] = [inputs[0]!, inputs[1]!];
  const da = transposeA
    ? builder.matmul(b, g, { scale, transposeA: transposeB, transposeB: true })
    : builder.matmul(g, b, { scale, transposeB: !transposeB });
  // A weight meets all tokens of all samples at once: one product, instead of one per sample and a sum.
  const flat = b.shape.length === 2 && !transposeA;
  const [left, right] = flat ? [flattenRows(builder, a), flattenRows(builder, g)] : [a, g];
  const db = transposeB
    ? builder.matmul(right, left, { scale, transposeA: true, transposeB: transposeA })
    : builder.matmul(left, right, { scale, transposeA: !transposeA });
  return [da, db];
}

function matmulOptions(node: GraphNode): Required<MatmulOptions> {
  const { transA, transB, alpha } = node.attributes;
  return { transposeA: transA === 1, transposeB: transB === 1, scale: (alpha as { float: number }).float };
}

function flattenRows(builder: GraphBuilder, x: Value): Value {
  if (x.shape.length === 2) return x;
  return builder.reshape(x, [x.shape.slice(0, -1).join('*'), x.shape[x.shape.length - 1]!]);
}

/** A rotation's transpose is the rotation by the opposite angle. */
function rotaryRule({ builder, node, inputs, g }: RuleContext): (Value | null)[] {
  const tables: RotaryTables = { offset: inputs[1]!, cosines: inputs[2]!, sines: builder.neg(inputs[3]!) };
  return [builder.rotaryEmbedding(g, tables, Number(node.attributes['num_heads'])), null, null, null];
}

function sumLast(builder: GraphBuilder, x: Value): Value {
  return builder.reduceSum(x, [x.shape.length - 1], 'keep');
}
