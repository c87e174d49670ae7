import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recomputing } from '../../../core/autodiff/recall.ts';
import { gradients } from '../../../core/autodiff/reverse.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import type { Value } from '../../../core/graph/graph.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import { openGraph } from '../../helpers/onnx-session.ts';

describe('recall by recomputing', () => {
  it('keeps products with matrices, residual sums and what is rearranged from them', () => {
    const builder = new GraphBuilder();
    const { x, product, sum } = network(builder);
    const turned = builder.transpose(builder.reshape(product, ['N', 2, 2]), [0, 2, 1]);
    const recall = recomputing(builder);
    const before = builder.nodes.length;
    for (const value of [x, product, sum, turned]) assert.equal(recall(value), value);
    assert.equal(builder.nodes.length, before);
  });

  it('makes other values again, once, from copies of what they need', () => {
    const builder = new GraphBuilder();
    const { product, squashed, shifted } = network(builder);
    const recall = recomputing(builder);
    const before = builder.nodes.length;
    const copy = recall(shifted);
    assert.deepEqual(
      builder.nodes.slice(before).map(({ operator }) => operator),
      ['Tanh', 'Add'],
    );
    assert.equal(builder.nodes[before]!.inputs[0], product);
    assert.notEqual(copy.name, shifted.name);
    assert.equal(recall(shifted), copy);
    assert.equal(builder.nodes[before]!.outputs[0], recall(squashed));
    assert.equal(builder.nodes.length, before + 2);
  });

  it('gives gradients that are bit for bit those of a pass that keeps everything', async (test) => {
    const builder = new GraphBuilder();
    const { x, sum } = network(builder);
    const y = builder.softmax(builder.silu(sum));
    const seed = builder.input('seed', 'float32', ['N', 4]);
    const request = { of: y, seed, at: [x] };
    builder.output('recomputed', gradients(builder, { ...request, recall: recomputing(builder) }).get('x')!);
    builder.output('kept', gradients(builder, request).get('x')!);
    const session = await openGraph(test, builder.finish());
    const tensor = (data: number[]) => ({ type: 'float32', dims: [2, 4], data: Float32Array.from(data) }) as const;
    const outputs = await session.run({
      x: tensor([1, -2, 3, 0, 5, 1, -1, 2]),
      seed: tensor([1, 2, 0, 0, -1, 1, 3, 1]),
    });
    const found = floatOutput(outputs, 'recomputed');
    assert.ok(found.some((value) => value !== 0));
    assert.deepEqual(found, floatOutput(outputs, 'kept'));
  });
});

/** x + (tanh(x W) + 1) W */
function network(builder: GraphBuilder): Record<'x' | 'product' | 'squashed' | 'shifted' | 'sum', Value> {
  const x = builder.input('x', 'float32', ['N', 4]);
  const weight = builder.weight(
    'w',
    [4, 4],
    Float32Array.from({ length: 16 }, (_, index) => Math.sin(index)),
  );
  const product = builder.matmul(x, weight);
  const squashed = builder.tanh(product);
  const shifted = builder.add(squashed, builder.scalar(1));
  return { x, product, squashed, shifted, sum: builder.add(x, builder.matmul(shifted, weight)) };
}
