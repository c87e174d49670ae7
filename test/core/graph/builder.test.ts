import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GraphBuilder } from '../../../core/graph/builder.ts';

describe('the graph builder', () => {
  it('infers shapes with symbolic sizes', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', ['N', 'T', 8]);
    const weight = builder.input('weight', 'float32', [4, 8]);
    const product = builder.matmul(x, weight, { transposeB: true });
    assert.deepEqual(product.shape, ['N', 'T', 4]);
    const heads = builder.transpose(builder.reshape(product, ['N', 'T', 2, 2]), [0, 2, 1, 3]);
    assert.deepEqual(heads.shape, ['N', 2, 'T', 2]);
    assert.deepEqual(builder.matmul(heads, heads, { transposeB: true }).shape, ['N', 2, 'T', 'T']);
    assert.deepEqual(builder.reduceSum(heads, [1, 3], 'drop').shape, ['N', 'T']);
  });

  it('says which node, which values and which shapes do not meet', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', ['N', 8]);
    const weight = builder.input('weight', 'float32', [4, 7]);
    assert.throws(() => builder.matmul(x, weight, { transposeB: true }), {
      type: 'UnsupportedModel',
      message: 'FusedMatMul "node_0": x [N, 8] and weight [4, 7]: sizes do not meet (transposes: false, true)',
    });
    assert.throws(() => builder.add(x, weight), /x \[N, 8\] and weight \[4, 7\]: shapes do not broadcast/);
    assert.throws(() => builder.reshape(x, ['A', 'B']), /cannot tell the sizes of \[A, B\] apart/);
    assert.throws(() => builder.weight('w', [2, 3], new Float32Array(5)), /\[2, 3\] needs 24 bytes, found 20/);
  });

  it('does not take two symbolic sizes for equal', () => {
    const builder = new GraphBuilder();
    const a = builder.input('a', 'float32', ['N', 'T']);
    const b = builder.input('b', 'float32', ['N', 'L']);
    assert.throws(() => builder.mul(a, b), /do not broadcast/);
  });

  it('keeps only what the outputs need, and each constant once', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', [2]);
    builder.exp(builder.mul(x, builder.scalar(3)));
    const kept = builder.add(builder.add(x, builder.scalar(2)), builder.scalar(2));
    builder.output('y', kept);
    const graph = builder.finish();
    assert.deepEqual(
      graph.nodes.map(({ operator }) => operator),
      ['Add', 'Add', 'Identity'],
    );
    assert.equal(graph.initializers.length, 1);
  });
});
