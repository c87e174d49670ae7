import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createOnnxRuntime } from '../../../adapters/onnx/runtime.ts';
import { gradients } from '../../../core/autodiff/reverse.ts';
import { gradientRules } from '../../../core/autodiff/rules.ts';
import type { MatmulOptions } from '../../../core/graph/builder.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import type { Operator, Value } from '../../../core/graph/graph.ts';
import { encodeModel } from '../../../core/graph/onnx-encoding.ts';
import type { GraphSession, TensorValue } from '../../../core/graph/runner.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import { uniforms } from '../../../core/random/philox.ts';
import type { Tensor64 } from '../../helpers/float64-tensor.ts';
import { map, matmul, read, reshape, softmax, sum, tensor, transpose, zip } from '../../helpers/float64-tensor.ts';

// All cases live in one graph, so that one session serves them. Law: for L = sum(w y) with random w, dL/dx from the graph
// (float32) equals central differences of the float64 forward function, relative to the largest entry, to TOLERANCE.
const TOLERANCE = 2e-5;

interface RuleCase {
  readonly operator: Operator;
  readonly note: string;
  readonly shapes: readonly (readonly number[])[];
  readonly build: (builder: GraphBuilder, inputs: readonly Value[]) => Value;
  readonly forward: (inputs: readonly Tensor64[]) => Tensor64;
  /** Inputs are drawn from here; the default holds 0 and both signs. */
  readonly range?: readonly [number, number];
}

const POSITIVE = [0.5, 2] as const;

const cases: RuleCase[] = [
  ...broadcastCases(),
  unaryCase(
    'Neg',
    (b, x) => b.neg(x),
    (x) => -x,
  ),
  unaryCase('Exp', (b, x) => b.exp(x), Math.exp),
  unaryCase('Tanh', (b, x) => b.tanh(x), Math.tanh),
  unaryCase(
    'Sigmoid',
    (b, x) => b.sigmoid(x),
    (x) => 1 / (1 + Math.exp(-x)),
  ),
  { ...unaryCase('Log', (b, x) => b.log(x), Math.log), range: POSITIVE },
  { ...unaryCase('Sqrt', (b, x) => b.sqrt(x), Math.sqrt), range: POSITIVE },
  oneInput('Softmax', 'last axis', [2, 3, 5], (b, x) => b.softmax(x), softmax),
  oneInput(
    'LogSoftmax',
    'last axis',
    [2, 3, 5],
    (b, x) => b.logSoftmax(x),
    (x) => map(softmax(x), Math.log),
  ),
  oneInput(
    'ReduceSum',
    'kept',
    [2, 3, 4],
    (b, x) => b.reduceSum(x, [1], 'keep'),
    (x) => sum(x, [1]),
  ),
  oneInput(
    'ReduceSum',
    'dropped',
    [2, 3, 4],
    (b, x) => b.reduceSum(x, [0, 2], 'drop'),
    (x) => reshape(sum(x, [0, 2]), [3]),
  ),
  oneInput(
    'ReduceMean',
    'kept',
    [2, 3, 4],
    (b, x) => b.reduceMean(x, [2], 'keep'),
    (x) => map(sum(x, [2]), (v) => v / 4),
  ),
  oneInput(
    'Reshape',
    'merged',
    [2, 3, 4],
    (b, x) => b.reshape(x, [6, 4]),
    (x) => reshape(x, [6, 4]),
  ),
  oneInput(
    'Transpose',
    'rotated',
    [2, 3, 4],
    (b, x) => b.transpose(x, [1, 2, 0]),
    (x) => transpose(x, [1, 2, 0]),
  ),
  oneInput(
    'Gather',
    'a row twice',
    [4, 3],
    (b, x) => b.gather(x, b.integers([2, 0, 2])),
    (x) => tensor([3, 3], ([row, column]) => read(x, [[2, 0, 2][row!]!, column!])),
  ),
  oneInput('GatherElements', 'last axis', [2, 5], gatherPair, (x) =>
    tensor([2, 3], ([row, column]) => read(x, [row!, [4, 1, 4, 0, 0, 3][row! * 3 + column!]!])),
  ),
  rmsNormCase(),
  rotaryCase(),
  ...matmulCases(),
];

describe('gradient rules', () => {
  let session: GraphSession;
  let outputs: Record<string, TensorValue>;

  before(async () => {
    session = await createOnnxRuntime().open({ bytes: encodeModel(graphOfCases()), weightsFolder: null }, 1);
    outputs = await session.run(feedsOfCases());
  });

  after(() => session.close());

  it('have a case for every operator of the table', () => {
    assert.deepEqual([...new Set(cases.map(({ operator }) => operator))].sort(), Object.keys(gradientRules).sort());
  });

  cases.forEach((rule, index) => {
    it(`${rule.operator} (${rule.note}) agrees with central differences`, () => {
      const inputs = inputsOf(rule, index);
      const expectedForward = rule.forward(inputs);
      assertClose(floatOutput(outputs, `${index}/y`), expectedForward.data, 'the forward value');
      inputs.forEach((_, position) => {
        const found = floatOutput(outputs, `${index}/gradient/${position}`);
        assertClose(found, centralDifferences(rule, index, inputs, position), `the gradient of input ${position}`);
      });
    });
  });
});

function graphOfCases() {
  const builder = new GraphBuilder();
  cases.forEach((rule, index) => {
    const inputs = rule.shapes.map((shape, position) => builder.input(`${index}/${position}`, 'float32', shape));
    const y = rule.build(builder, inputs);
    const seed = builder.input(`${index}/seed`, 'float32', y.shape);
    const found = gradients(builder, { of: y, seed, at: inputs });
    builder.output(`${index}/y`, y);
    inputs.forEach((input, position) => builder.output(`${index}/gradient/${position}`, found.get(input.name)!));
  });
  return builder.finish();
}

function feedsOfCases(): Record<string, TensorValue> {
  const feed = ({ shape, data }: Tensor64): TensorValue => ({
    type: 'float32',
    dims: shape,
    data: Float32Array.from(data),
  });
  return Object.fromEntries(
    cases.flatMap((rule, index) => {
      const inputs = inputsOf(rule, index);
      const named = inputs.map((input, position) => [`${index}/${position}`, feed(input)] as const);
      return [...named, [`${index}/seed`, feed(seedOf(rule, index, inputs))] as const];
    }),
  );
}

function inputsOf({ shapes, range = [-2, 2] }: RuleCase, index: number): Tensor64[] {
  return shapes.map((shape, position) => {
    const random = uniforms(`rule/${index}/${position}`);
    let zeros = range[0] < 0 ? 1 : 0;
    const draw = (): number => (zeros-- > 0 ? 0 : Math.fround(range[0] + random.next() * (range[1] - range[0])));
    return tensor(shape, draw);
  });
}

function seedOf(rule: RuleCase, index: number, inputs: readonly Tensor64[]): Tensor64 {
  const random = uniforms(`rule/${index}/seed`);
  return map(rule.forward(inputs), () => Math.fround(random.next() - 0.5));
}

function centralDifferences(
  rule: RuleCase,
  index: number,
  inputs: readonly Tensor64[],
  position: number,
): Float64Array {
  const seed = seedOf(rule, index, inputs);
  const step = 1e-5;
  const lossAt = (entry: number, shift: number): number => {
    const moved = inputs.map((input, other) => (other === position ? { ...input, data: input.data.slice() } : input));
    moved[position]!.data[entry]! += shift;
    return rule.forward(moved).data.reduce((total, value, at) => total + value * seed.data[at]!, 0);
  };
  return inputs[position]!.data.map((_, entry) => (lossAt(entry, step) - lossAt(entry, -step)) / (2 * step));
}

function assertClose(found: Float32Array, expected: Float64Array, what: string): void {
  assert.equal(found.length, expected.length, `${what} has another size`);
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
  expected.forEach((value, at) => {
    const difference = Math.abs(found[at]! - value) / scale;
    assert.ok(difference < TOLERANCE, `${what} at ${at}: found ${found[at]}, expected ${value}`);
  });
}

function oneInput(
  operator: Operator,
  note: string,
  shape: readonly number[],
  build: (builder: GraphBuilder, x: Value) => Value,
  forward: (x: Tensor64) => Tensor64,
): RuleCase {
  return {
    operator,
    note,
    shapes: [shape],
    build: (builder, [x]) => build(builder, x!),
    forward: ([x]) => forward(x!),
  };
}

function unaryCase(
  operator: Operator,
  build: (builder: GraphBuilder, x: Value) => Value,
  f: (x: number) => number,
): RuleCase {
  return oneInput(operator, 'elementwise', [3, 4], build, (x) => map(x, f));
}

/** The four arithmetic operators over shape pairs that broadcast in every way. */
function broadcastCases(): RuleCase[] {
  const side = fc.integer({ min: 1, max: 3 });
  const pair = fc
    .array(fc.tuple(side, fc.constantFrom('both', 'left', 'right')), { minLength: 1, maxLength: 3 })
    .chain((sides) =>
      fc.tuple(fc.nat(sides.length - 1), fc.boolean()).map(([dropped, swap]): [number[], number[]] => {
        const left = sides.map(([size, where]) => (where === 'right' ? 1 : size));
        const right = sides.map(([size, where]) => (where === 'left' ? 1 : size)).slice(dropped);
        return swap ? [right, left] : [left, right];
      }),
    );
  const shapes = fc.sample(pair, { numRuns: 6, seed: 1 });
  const operators = [
    ['Add', (b: GraphBuilder, x: Value, y: Value) => b.add(x, y), (x: number, y: number) => x + y],
    ['Sub', (b: GraphBuilder, x: Value, y: Value) => b.sub(x, y), (x: number, y: number) => x - y],
    ['Mul', (b: GraphBuilder, x: Value, y: Value) => b.mul(x, y), (x: number, y: number) => x * y],
    ['Div', (b: GraphBuilder, x: Value, y: Value) => b.div(x, y), (x: number, y: number) => x / y],
  ] as const;
  return operators.flatMap(([operator, build, f]) =>
    shapes.map(([left, right]) => ({
      operator,
      note: `[${left.join()}] and [${right.join()}]`,
      shapes: [left, right],
      build: (b, [x, y]) => build(b, x!, y!),
      forward: ([x, y]) => zip(x!, y!, f),
      ...(operator === 'Div' ? { range: POSITIVE } : {}),
    })),
  );
}

function matmulCases(): RuleCase[] {
  const transposes = [false, true].flatMap((a) => [false, true].map((b) => ({ transposeA: a, transposeB: b })));
  const batches = [
    { a: [], b: [] },
    { a: [2], b: [2] },
    { a: [2], b: [] },
    { a: [2, 3], b: [2, 1] },
  ];
  return batches.flatMap((batch) => transposes.map((options) => matmulCase(batch, { ...options, scale: 0.5 })));
}

function matmulCase(batch: { a: number[]; b: number[] }, options: Required<MatmulOptions>): RuleCase {
  const { transposeA, transposeB, scale } = options;
  const turn = (x: Tensor64): Tensor64 => {
    const axes = x.shape.map((_, axis) => axis);
    return transpose(x, [...axes.slice(0, -2), ...axes.slice(-2).reverse()]);
  };
  const shapes = [
    [...batch.a, ...(transposeA ? [4, 3] : [3, 4])],
    [...batch.b, ...(transposeB ? [2, 4] : [4, 2])],
  ];
  return {
    operator: 'FusedMatMul',
    note: `[${shapes.join('] [')}] ${transposeA ? 'A^T' : 'A'} ${transposeB ? 'B^T' : 'B'}`,
    shapes,
    build: (builder, [a, b]) => builder.matmul(a!, b!, options),
    forward: ([a, b]) => map(matmul(transposeA ? turn(a!) : a!, transposeB ? turn(b!) : b!), (value) => value * scale),
  };
}

function rmsNormCase(): RuleCase {
  return {
    operator: 'SimplifiedLayerNormalization',
    note: 'with weight',
    shapes: [[2, 3, 8], [8]],
    build: (builder, [x, weight]) => builder.rmsNorm(x!, weight!, 1e-5).output,
    forward: ([x, weight]) => {
      const squares = sum(
        map(x!, (value) => value * value),
        [2],
      );
      const normalized = zip(x!, squares, (value, total) => value / Math.sqrt(total / 8 + 1e-5));
      return zip(normalized, weight!, (a, b) => a * b);
    },
  };
}

function rotaryCase(): RuleCase {
  const angle = (position: number, pair: number): number => position * 0.7 ** pair + 0.1;
  const table = (f: (x: number) => number): Float32Array =>
    Float32Array.from({ length: 6 }, (_, at) => f(angle(at >> 1, at % 2)));
  return {
    operator: 'RotaryEmbedding',
    note: 'two heads of four',
    shapes: [[2, 3, 8]],
    build: (builder, [x]) => {
      const cosines = builder.weight('cosines', [3, 2], table(Math.cos));
      const sines = builder.weight('sines', [3, 2], table(Math.sin));
      return builder.rotaryEmbedding(x!, { offset: builder.integers([0]), cosines, sines }, 2);
    },
    forward: ([x]) =>
      tensor([2, 3, 8], ([sample, position, column]) => {
        const [head, within] = [column! >> 2, column! & 3];
        const other = read(x!, [sample!, position!, head * 4 + (within ^ 2)]);
        const sign = within < 2 ? -1 : 1;
        const turn = angle(position!, within & 1);
        return read(x!, [sample!, position!, column!]) * Math.cos(turn) + sign * other * Math.sin(turn);
      }),
  };
}

function gatherPair(builder: GraphBuilder, x: Value): Value {
  return builder.gatherElements(x, builder.reshape(builder.integers([4, 1, 4, 0, 0, 3]), [2, 3]));
}
