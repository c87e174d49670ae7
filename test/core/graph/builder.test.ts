import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import type { Value } from '../../../core/graph/graph.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import { openGraph } from '../../helpers/onnx-session.ts';

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

  it('cuts the last axis into parts that make it up', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', ['N', 8]);
    const parts = builder.splitLast(x, [3, 5]);
    assert.deepEqual(parts.map(({ shape }) => shape), [['N', 3], ['N', 5]]); // prettier-ignore
    assert.throws(() => builder.splitLast(x, [3, 4]), { message: 'Split "node_1": x [N, 8]: 7 columns asked for' });
  });

  it('cuts rows by number, however many there are, and joins them again', async (test) => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', ['N', 2]);
    const parts = [
      builder.sliceFirst(x, 0, 2, 'A'),
      builder.sliceFirst(x, 2, 4, 'B'),
      builder.sliceFirst(x, 4, null, 'C'),
    ];
    builder.output('first', parts[0]!);
    builder.output('joined', builder.concatFirst(parts as [Value, ...Value[]], 'N'));
    const session = await openGraph(test, builder.finish());
    for (const rows of [1, 3, 7]) {
      const data = Float32Array.from({ length: 2 * rows }, (_, index) => index);
      const outputs = await session.run({ x: { type: 'float32', dims: [rows, 2], data } });
      assert.deepEqual(floatOutput(outputs, 'joined'), data);
      assert.deepEqual(floatOutput(outputs, 'first'), data.slice(0, 4));
    }
  });

  it('reads a byte as the float that it stands for, and makes and keeps it once', async (test) => {
    const builder = new GraphBuilder();
    let made = 0;
    const data = (): Int8Array => {
      made += 1;
      return Int8Array.of(1, -1, -128, 127);
    };
    const bytes = { data, scale: 0.25 };
    builder.output('y', builder.add(builder.scaledBytes('b', [4], bytes), builder.scaledBytes('b', [4], bytes)));
    const graph = builder.finish();
    assert.equal(made, 1);
    assert.equal(graph.initializers.filter(({ value }) => value.type === 'int8').length, 1);
    const session = await openGraph(test, graph);
    assert.deepEqual([...floatOutput(await session.run({}), 'y')], [0.5, -0.5, -64, 63.5]);
  });

  it('takes a value after another one without changing it, whatever the sizes of either', async (test) => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', ['N', 3]);
    builder.output('y', builder.after(x, builder.reduceSum(builder.exp(x), [1], 'keep')));
    const graph = builder.finish();
    assert.ok(graph.nodes.some(({ operator }) => operator === 'Exp'));
    const session = await openGraph(test, graph);
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const outputs = await session.run({ x: { type: 'float32', dims: [2, 3], data } });
    assert.deepEqual(outputs['y'], { type: 'float32', dims: [2, 3], data });
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
