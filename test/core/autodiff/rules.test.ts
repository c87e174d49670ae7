// Every rule against central differences. All cases live in one graph, so that one session serves them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createOnnxRuntime } from '../../../adapters/onnx/runtime.ts';
import { gradients } from '../../../core/autodiff/reverse.ts';
import { gradientRules } from '../../../core/autodiff/rules.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import type { Graph } from '../../../core/graph/graph.ts';
import { encodeModel } from '../../../core/graph/onnx-encoding.ts';
import type { GraphSession, TensorValue } from '../../../core/graph/runner.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import { uniforms } from '../../../core/random/philox.ts';
import type { Tensor64 } from '../../helpers/float64-tensor.ts';
import { map, tensor } from '../../helpers/float64-tensor.ts';
import { assertClose, centralDifferences, feedOf } from './central-differences.ts';
import type { Domain, RuleCase } from './rule-cases.ts';
import { ruleCases } from './rule-cases.ts';

// Law: for L = sum(w y) with random w, dL/dx from the graph (float32) equals central differences of the float64 forward
// function, relative to the largest entry, to this tolerance.
const TOLERANCE = 2e-5;

describe('gradient rules', () => {
  let session: GraphSession;
  let outputs: Record<string, TensorValue>;

  before(async () => {
    session = await createOnnxRuntime().open({ bytes: encodeModel(graphOfCases()), weightsFolder: null }, 1);
    outputs = await session.run(feedsOfCases());
  });

  after(() => session.close());

  it('have a case for every operator of the table', () => {
    const tested = new Set(ruleCases.map(({ operator }) => operator));
    assert.deepEqual([...tested].sort(), Object.keys(gradientRules).sort());
  });

  it('are tested at exact zeros and negative numbers wherever f is defined there', () => {
    for (const operator of Object.keys(gradientRules)) {
      const entries = ruleCases.flatMap((rule, index) =>
        rule.operator === operator ? inputsOf(rule, index).flatMap(({ data }) => [...data]) : [],
      );
      const positive = ['Log', 'Sqrt'].includes(operator);
      assert.equal(entries.includes(0) && entries.some((value) => value < 0), !positive, operator);
    }
  });

  it('are tested on shapes that lack axes of each other and on axes of size 1 that repeat', () => {
    for (const operator of ['Add', 'Sub', 'Mul', 'Div']) {
      const pairs = ruleCases.filter((rule) => rule.operator === operator).map(({ shapes }) => shapes);
      assert.ok(pairs.some(([left, right]) => left!.length !== right!.length && left!.length * right!.length > 0));
      const repeats = (shape: readonly number[], other: readonly number[]): boolean =>
        shape.some((size, axis) => size === 1 && (other[axis + other.length - shape.length] ?? 1) > 1);
      assert.ok(
        pairs.some(([left, right]) => repeats(left!, right!)),
        `${operator}: the left one repeats`,
      );
      assert.ok(
        pairs.some(([left, right]) => repeats(right!, left!)),
        `${operator}: the right one repeats`,
      );
    }
  });

  ruleCases.forEach((rule, index) => {
    const shapes = rule.shapes.map((shape) => `[${shape.join()}]`).join(' ');
    it(`${rule.operator} of ${shapes} (${rule.note}) agrees with central differences`, () => {
      const inputs = inputsOf(rule, index);
      assertClose(floatOutput(outputs, `${index}/y`), rule.forward(inputs).data, TOLERANCE, 'the forward value');
      inputs.forEach((_, position) => {
        const expected = centralDifferences(rule.forward, inputs, position, seedOf(rule, index, inputs));
        const found = floatOutput(outputs, `${index}/gradient/${position}`);
        assertClose(found, expected, TOLERANCE, `the gradient of input ${position}`);
      });
    });
  });
});

function graphOfCases(): Graph {
  const builder = new GraphBuilder();
  ruleCases.forEach((rule, index) => {
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
  return Object.fromEntries(
    ruleCases.flatMap((rule, index) => {
      const inputs = inputsOf(rule, index);
      const named = inputs.map((input, position) => [`${index}/${position}`, feedOf(input)] as const);
      return [...named, [`${index}/seed`, feedOf(seedOf(rule, index, inputs))] as const];
    }),
  );
}

/** Numbers that float32 holds, so that both sides compute with the same ones. */
const draws: Record<Domain, (uniform: number) => number> = {
  // A sixth of them are exactly 0.
  any: (uniform) => (uniform < 1 / 6 ? 0 : Math.fround((uniform - 7 / 12) * 4.8)),
  nonzero: (uniform) => Math.fround(uniform < 0.5 ? -0.5 - 3 * uniform : uniform * 3 - 1),
  positive: (uniform) => Math.fround(0.5 + uniform * 1.5),
};

function inputsOf({ shapes, domains = [] }: RuleCase, index: number): Tensor64[] {
  return shapes.map((shape, position) => {
    const random = uniforms(`rule/${index}/${position}`);
    const draw = draws[domains[position] ?? 'any'];
    return tensor(shape, () => draw(random.next()));
  });
}

function seedOf(rule: RuleCase, index: number, inputs: readonly Tensor64[]): Tensor64 {
  const random = uniforms(`rule/${index}/seed`);
  return map(rule.forward(inputs), () => Math.fround(random.next() - 0.5));
}
