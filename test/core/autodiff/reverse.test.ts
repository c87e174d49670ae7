import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gradients } from '../../../core/autodiff/reverse.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import { openGraph } from '../../helpers/onnx-session.ts';

describe('the reverse walk', () => {
  it('sums the contributions of a value that is used twice: d(x x + x) = 2x + 1', async (test) => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', [3]);
    const y = builder.add(builder.mul(x, x), x);
    const seed = builder.input('seed', 'float32', [3]);
    builder.output('gradient', gradients(builder, { of: y, seed, at: [x] }).get('x')!);
    const session = await openGraph(test, builder.finish());
    const tensor = (data: number[]) => ({ type: 'float32', dims: [3], data: Float32Array.from(data) }) as const;
    const outputs = await session.run({ x: tensor([-1, 0, 2]), seed: tensor([1, 1, 1]) });
    assert.deepEqual([...floatOutput(outputs, 'gradient')], [-1, 1, 5]);
  });

  it('gives the adjoint of a value between nodes, and leaves out what no gradient needs', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', ['N', 4]);
    const frozen = builder.exp(x);
    const middle = builder.tanh(frozen);
    const loss = builder.reduceSum(middle, [1], 'drop');
    const seed = builder.input('seed', 'float32', ['N']);
    builder.output('adjoint', gradients(builder, { of: loss, seed, at: [middle] }).get(middle.name)!);
    const operators = builder.finish().nodes.map(({ operator }) => operator);
    assert.ok(!operators.includes('ReduceSum'), 'the loss itself is not an output');
    assert.equal(operators.filter((operator) => operator === 'Mul').length, 0, 'the rules of Tanh and Exp ran');
  });

  it('refuses an operator without a rule by name', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', [3]);
    const y = builder.sum([builder.toFloat(x), x]);
    assert.throws(() => gradients(builder, { of: y, seed: x, at: [x] }), {
      name: 'PermanentError',
      type: 'UnsupportedModel',
      message: /^(Cast|Sum) "node_\d" has no gradient rule \(it (turns|adds).*rules exist for Add, Sub, /,
    });
  });

  it('passes by an operator without a rule that no wanted gradient goes through', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', [3]);
    const y = builder.mul(x, builder.toFloat(builder.equal(builder.integers([1, 2, 3]), builder.integers([2]))));
    assert.deepEqual([...gradients(builder, { of: y, seed: x, at: [x] }).keys()], ['x']);
  });

  it('refuses a gradient through the second output of a node', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', [2, 3]);
    const { inverse } = builder.rmsNorm(x, builder.input('w', 'float32', [3]), 1e-5);
    assert.throws(() => gradients(builder, { of: inverse, seed: inverse, at: [x] }), /only the first output/);
    const w = builder.input('v', 'float32', [3]);
    const { mean } = builder.layerNorm(x, { weight: w, bias: w }, 1e-5);
    assert.throws(
      () => gradients(builder, { of: mean, seed: mean, at: [x] }),
      /LayerNormalization.*only the first output/,
    );
  });

  it('refuses a value on which the loss does not depend', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', [3]);
    const other = builder.input('other', 'float32', [3]);
    assert.throws(() => gradients(builder, { of: builder.neg(x), seed: x, at: [x, other] }), /from Neg_0 to other/);
  });
});
