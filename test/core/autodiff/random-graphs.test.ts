// Law: the gradient of a random expression, in which values are used several times and broadcast, equals central differences.
// So every contribution is summed once, and un-broadcast once, whatever the order of the uses.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createOnnxRuntime } from '../../../adapters/onnx/runtime.ts';
import { gradients } from '../../../core/autodiff/reverse.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import type { Value } from '../../../core/graph/graph.ts';
import { encodeModel } from '../../../core/graph/onnx-encoding.ts';
import type { GraphSession, TensorValue } from '../../../core/graph/runner.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import { uniforms } from '../../../core/random/philox.ts';
import type { Tensor64 } from '../../helpers/float64-tensor.ts';
import { map, matmul, softmax, sum, tensor, transpose, zip } from '../../helpers/float64-tensor.ts';
import { assertClose, centralDifferences, feedOf } from './central-differences.ts';

const GRAPHS = 60;
const TOLERANCE = 5e-5;

/** All broadcast to [2, 3, 3], in each way that there is. */
const inputShapes = [[2, 3, 3], [3, 3], [3], [1, 3], [2, 1, 1], [3, 1], []] as const;

/** An operator and the values that it reads, as places in the list of values so far, modulo its length. */
interface Step {
  readonly operator: keyof typeof operators;
  readonly reads: readonly [number, number];
}

/** What a step means to the graph and to the oracle. */
const operators = {
  add: {
    build: (b: GraphBuilder, x: Value, y: Value) => b.add(x, y),
    of: (x: Tensor64, y: Tensor64) => zip(x, y, plus),
  },
  sub: {
    build: (b: GraphBuilder, x: Value, y: Value) => b.sub(x, y),
    of: (x: Tensor64, y: Tensor64) => zip(x, y, minus),
  },
  mul: {
    build: (b: GraphBuilder, x: Value, y: Value) => b.mul(x, y),
    of: (x: Tensor64, y: Tensor64) => zip(x, y, times),
  },
  square: { build: (b: GraphBuilder, x: Value) => b.mul(x, x), of: (x: Tensor64) => zip(x, x, times) },
  tanh: { build: (b: GraphBuilder, x: Value) => b.tanh(x), of: (x: Tensor64) => map(x, Math.tanh) },
  /** The remaining ones work along axes; a number without axes is negated instead. */
  softmax: {
    build: (b: GraphBuilder, x: Value) => (x.shape.length === 0 ? b.neg(x) : b.softmax(x)),
    of: (x: Tensor64) => (x.shape.length === 0 ? negated(x) : softmax(x)),
  },
  /** x - mean(x): a value and its own reduction, broadcast back. */
  centre: {
    build: (b: GraphBuilder, x: Value) =>
      x.shape.length === 0 ? b.neg(x) : b.sub(x, b.reduceMean(x, [...x.shape.keys()], 'drop')),
    of: (x: Tensor64) => {
      const mean = x.data.reduce(plus, 0) / x.data.length;
      return x.shape.length === 0 ? negated(x) : map(x, (value) => value - mean);
    },
  },
  /** x x^T / 3 of a square matrix or a batch of them; of anything else the sum over the last axis. */
  gram: {
    build: (b: GraphBuilder, x: Value) => {
      if (isSquare(x.shape)) return b.matmul(x, x, { transposeB: true, scale: 1 / 3 });
      return x.shape.length === 0 ? b.neg(x) : b.reduceSum(x, [x.shape.length - 1], 'keep');
    },
    of: (x: Tensor64) => {
      const last = x.shape.length - 1;
      if (!isSquare(x.shape)) return last < 0 ? negated(x) : sum(x, [last]);
      const turned = transpose(x, [...[...x.shape.keys()].slice(0, -2), last, last - 1]);
      return map(matmul(x, turned), (value) => value / 3);
    },
  },
} satisfies Record<
  string,
  { build: (b: GraphBuilder, x: Value, y: Value) => Value; of: (x: Tensor64, y: Tensor64) => Tensor64 }
>;

function plus(a: number, b: number): number {
  return a + b;
}

function minus(a: number, b: number): number {
  return a - b;
}

function times(a: number, b: number): number {
  return a * b;
}

function negated(x: Tensor64): Tensor64 {
  return map(x, (value) => -value);
}

function isSquare(shape: readonly (number | string)[]): boolean {
  return shape.length >= 2 && shape.at(-1) === 3 && shape.at(-2) === 3;
}

const step: fc.Arbitrary<Step> = fc.record({
  operator: fc.constantFrom(...(Object.keys(operators) as Step['operator'][])),
  reads: fc.tuple(fc.nat(20), fc.nat(20)),
});
const graphs = fc.sample(fc.array(step, { minLength: 2, maxLength: 7 }), { numRuns: GRAPHS, seed: 9 });

/** Runs the steps over `start`; the result is the sum of all values, so that every input takes part. */
function follow<Thing>(
  steps: readonly Step[],
  start: readonly Thing[],
  apply: (step: Step, x: Thing, y: Thing) => Thing,
) {
  const values = [...start];
  for (const each of steps) {
    const [x, y] = each.reads.map((place) => values[place % values.length]!);
    values.push(apply(each, x!, y!));
  }
  return values.reduce((total, value) => apply({ operator: 'add', reads: [0, 0] }, total, value));
}

function forward(steps: readonly Step[]): (inputs: readonly Tensor64[]) => Tensor64 {
  return (inputs) => follow(steps, inputs, ({ operator }, x, y) => operators[operator].of(x, y));
}

/** Numbers in [-0.6, 0.6), the first of each input exactly 0. */
function inputsOf(graph: number): Tensor64[] {
  return inputShapes.map((shape, position) => {
    const random = uniforms(`graph/${graph}/${position}`);
    const values = tensor(shape, () => Math.fround((random.next() - 0.5) * 1.2));
    values.data[0] = 0;
    return values;
  });
}

describe('the gradient of a random expression', () => {
  let session: GraphSession;
  let outputs: Record<string, TensorValue>;

  before(async () => {
    const builder = new GraphBuilder();
    const feeds: Record<string, TensorValue> = {};
    graphs.forEach((steps, graph) => {
      const inputs = inputShapes.map((shape, position) => builder.input(`${graph}/${position}`, 'float32', shape));
      const of = follow(steps, inputs, ({ operator }, x, y) => operators[operator].build(builder, x, y));
      const seed = builder.input(`${graph}/seed`, 'float32', of.shape);
      const found = gradients(builder, { of, seed, at: inputs });
      inputs.forEach(({ name }) => builder.output(`d ${name}`, found.get(name)!));
      inputsOf(graph).forEach((input, position) => (feeds[`${graph}/${position}`] = feedOf(input)));
      feeds[`${graph}/seed`] = feedOf(tensor(of.shape as number[], () => 1));
    });
    session = await createOnnxRuntime().open({ bytes: encodeModel(builder.finish()), weightsFolder: null }, 1);
    outputs = await session.run(feeds);
  });

  after(() => session.close());

  graphs.forEach((steps, graph) => {
    const described = steps.map(({ operator, reads }) => `${operator}(${reads.join()})`).join(' ');
    it(`equals central differences: ${described}`, () => {
      const inputs = inputsOf(graph);
      const seed = map(forward(steps)(inputs), () => 1);
      inputs.forEach((_, position) => {
        const expected = centralDifferences(forward(steps), inputs, position, seed);
        assertClose(floatOutput(outputs, `d ${graph}/${position}`), expected, TOLERANCE, `input ${position}`);
      });
    });
  });

  it('is taken through values that are used twice and broadcast', () => {
    const used = graphs.filter((steps) => {
      const reads = steps.flatMap(({ reads: places }, index) =>
        places.map((place) => place % (inputShapes.length + index)),
      );
      return reads.some((place, index) => place > 0 && reads.indexOf(place) < index);
    });
    assert.ok(used.length > GRAPHS / 2, `${used.length} of ${GRAPHS}`);
  });
});
