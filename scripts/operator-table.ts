// docs/operators.md as text: every operator that a graph may hold, from the tables in core/. The shapes are those that the
// builder gives to one example of each.
import { gradientFormulas } from '../core/autodiff/formulas.ts';
import type { DifferentiableOperator } from '../core/autodiff/rules.ts';
import { withoutGradient } from '../core/autodiff/rules.ts';
import { GraphBuilder } from '../core/graph/builder.ts';
import type { Operator, Shape, Value } from '../core/graph/graph.ts';
import { describeShape, operatorDomains } from '../core/graph/graph.ts';

/** A graph under construction whose inputs name themselves. */
interface Sketchpad {
  readonly builder: GraphBuilder;
  readonly floats: (...shape: Shape) => Value;
  readonly integers: (...shape: Shape) => Value;
}

const examples: Record<Operator, (pad: Sketchpad) => unknown> = {
  Add: ({ builder, floats }) => builder.add(floats('N', 'T', 8), floats(8)),
  Sub: ({ builder, floats }) => builder.sub(floats('N', 'T', 8), floats('N', 'T', 1)),
  Mul: ({ builder, floats }) => builder.mul(floats('N', 'T', 8), floats('T', 1)),
  Div: ({ builder, floats }) => builder.div(floats('N', 'T', 8), floats()),
  Neg: ({ builder, floats }) => builder.neg(floats('N', 'T', 8)),
  Exp: ({ builder, floats }) => builder.exp(floats('N', 'T', 8)),
  Log: ({ builder, floats }) => builder.log(floats('N', 'T', 8)),
  Sqrt: ({ builder, floats }) => builder.sqrt(floats('N', 'T', 8)),
  Erf: ({ builder, floats }) => builder.erf(floats('N', 'T', 8)),
  Tanh: ({ builder, floats }) => builder.tanh(floats('N', 'T', 8)),
  Sigmoid: ({ builder, floats }) => builder.sigmoid(floats('N', 'T', 8)),
  QuickGelu: ({ builder, floats }) => builder.silu(floats('N', 'T', 8)),
  Softmax: ({ builder, floats }) => builder.softmax(floats('N', 'T', 8)),
  LogSoftmax: ({ builder, floats }) => builder.logSoftmax(floats('N', 'T', 8)),
  ReduceSum: ({ builder, floats }) => builder.reduceSum(floats('N', 'T', 8), [1], 'drop'),
  ReduceMean: ({ builder, floats }) => builder.reduceMean(floats('N', 'T', 8), [2], 'keep'),
  Reshape: ({ builder, floats }) => builder.reshape(floats('N', 'T', 8), ['N', 'T', 2, 4]),
  Transpose: ({ builder, floats }) => builder.transpose(floats('N', 'T', 2, 4), [0, 2, 1, 3]),
  Concat: ({ builder, floats }) => builder.concatFirst([floats('P', 'N', 8), floats('T', 'N', 8)], 'A'),
  Slice: ({ builder, floats }) => builder.sliceFirst(floats('N', 8), 0, 4, 'M'),
  Split: ({ builder, floats }) => builder.splitLast(floats('N', 8), [5, 3]),
  DequantizeLinear: ({ builder }) =>
    builder.scaledBytes('signs', [4, 8], { data: () => new Int8Array(32), scale: 0.5 }),
  Gather: ({ builder, floats, integers }) => builder.gather(floats(100, 8), integers('N', 'T')),
  GatherElements: ({ builder, floats, integers }) => builder.gatherElements(floats('N', 8), integers('N', 3)),
  LayerNormalization: ({ builder, floats }) =>
    builder.layerNorm(floats('N', 'T', 8), { weight: floats(8), bias: floats(8) }, 1e-5),
  SimplifiedLayerNormalization: ({ builder, floats }) => builder.rmsNorm(floats('N', 'T', 8), floats(8), 1e-5),
  FusedMatMul: ({ builder, floats }) => builder.matmul(floats('N', 'T', 8), floats(16, 8), { transposeB: true }),
  RotaryEmbedding: ({ builder, floats, integers }) => {
    const tables = { offset: integers(1), cosines: floats('T', 2), sines: floats('T', 2) };
    return builder.rotaryEmbedding(floats('N', 'T', 8), tables, 2);
  },
  Sum: ({ builder, floats }) => builder.sum([floats('N', 8), floats('N', 8), floats('N', 8)]),
  Identity: ({ builder, floats }) => builder.output('y', floats('N', 8)),
  Equal: ({ builder, integers }) => builder.equal(integers('N', 'L', 1), integers('T')),
  Cast: ({ builder, integers }) => builder.toFloat(builder.equal(integers('N', 'T'), integers('T'))),
  ArgMax: ({ builder, floats }) => builder.argMax(floats('N', 8)),
  Shape: ({ builder, floats }) => builder.zerosLike(floats('N', 8)),
  ConstantOfShape: ({ builder, floats }) => builder.zerosLike(floats('N', 8)),
  ScatterND: ({ builder, floats, integers }) =>
    builder.scatterRows(floats(100, 8), integers('N', 'T'), floats('N', 'T', 8)),
  ScatterElements: ({ builder, floats, integers }) =>
    builder.scatterElements(floats('N', 8), integers('N', 3), floats('N', 3)),
};

/** The page, in the layout that prettier gives it. */
export function operatorPage(): string {
  const operators = Object.keys(operatorDomains) as Operator[];
  const rules = operators
    .filter(isDifferentiable)
    .map((operator) => [...columnsOf(operator), gradientFormulas[operator]]);
  const others = operators
    .flatMap((operator) => (isDifferentiable(operator) ? [] : [operator]))
    .map((operator) => [...columnsOf(operator), withoutGradient[operator]]);
  return `# Operators

The operators that a graph may hold, all of them run by the stock inference runtime. This page is made by \`npm run docs\` from
\`core/graph/graph.ts\`, \`core/autodiff/rules.ts\` and \`core/autodiff/formulas.ts\`; a test fails when it is stale.

Shapes are those of one example. A name such as N stands for a size that is known only at run time, and equals only itself;
elementwise operators broadcast as NumPy does.

## With a gradient

g is the gradient of the loss at the output y. Sums over broadcast axes are left out of the formulas: the reverse walk takes
them, and adds up the contributions of a value that is used more than once, in one place (\`core/autodiff/reverse.ts\`). Each rule
is tested against central differences in float64 over shapes drawn at random (\`test/core/autodiff\`).

${table(['Operator', 'Domain', 'Shapes', 'Gradient'], rules)}

## Without a gradient

One of these between the loss and a wanted gradient is refused by name before anything runs.

${table(['Operator', 'Domain', 'Shapes', 'What it does instead'], others)}
`;
}

function isDifferentiable(operator: Operator): operator is DifferentiableOperator {
  return !Object.hasOwn(withoutGradient, operator);
}

function columnsOf(operator: Operator): string[] {
  return [operator, operatorDomains[operator] || 'ai.onnx', exampleShapes(operator)];
}

/** Integer inputs, such as axes, that the builder adds are named with their shapes like all others. */
function exampleShapes(operator: Operator): string {
  const builder = new GraphBuilder();
  let count = 0;
  const input = (type: 'float32' | 'int64', shape: Shape): Value => builder.input(`x${count++}`, type, shape);
  examples[operator]({
    builder,
    floats: (...shape) => input('float32', shape),
    integers: (...shape) => input('int64', shape),
  });
  const node = builder.nodes.find((candidate) => candidate.operator === operator);
  if (!node) throw new Error(`the example of ${operator} builds no such node`);
  const list = (values: readonly Value[]): string => values.map(({ shape }) => describeShape(shape)).join(', ');
  return `${list(node.inputs)} to ${list(node.outputs)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
