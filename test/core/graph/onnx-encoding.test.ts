import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import { encodeModel } from '../../../core/graph/onnx-encoding.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import { openGraph } from '../../helpers/onnx-session.ts';

const numbers = Float32Array.of(1.5, -2, 3, 0.25);

describe('an encoded model', () => {
  it('gives the same result with weights inside and with weights in a file at an offset', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'diffract-encoding-'));
    test.after(() => rm(folder, { recursive: true, force: true }));
    const bytes = new Uint8Array(64 + 16);
    bytes.set(new Uint8Array(numbers.buffer), 64);
    await writeFile(join(folder, 'weights.bin'), bytes);
    const external = { location: 'weights.bin', offset: 64, length: 16 };
    for (const data of [numbers, external]) {
      const builder = new GraphBuilder();
      const x = builder.input('x', 'float32', ['N', 2]);
      builder.output('y', builder.matmul(x, builder.weight('w', [2, 2], data), { transposeB: true, scale: 2 }));
      const session = await openGraph(test, builder.finish(), folder);
      const { y } = await session.run({ x: { type: 'float32', dims: [1, 2], data: Float32Array.of(1, 10) } });
      assert.deepEqual([...floatOutput({ y: y! }, 'y')], [2 * (1.5 - 20), 2 * (3 + 2.5)]);
    }
  });

  it('is the same bytes for the same graph', () => {
    const make = (): Uint8Array => {
      const builder = new GraphBuilder();
      builder.output('y', builder.exp(builder.input('x', 'float32', ['N'])));
      return encodeModel(builder.finish());
    };
    assert.deepEqual(make(), make());
  });

  it('declares every value between inputs and outputs, without which opening takes a time square in the nodes', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', 'float32', ['N']);
    const [first, second] = [builder.exp(x), builder.neg(x)];
    builder.output('y', builder.add(first, second));
    const [graph] = fieldsOf(encodeModel(builder.finish()), 7);
    const names = fieldsOf(graph!, 13).map((value) => new TextDecoder().decode(fieldsOf(value, 1)[0]));
    assert.deepEqual(names.slice(0, 2), [first.name, second.name]);
    assert.equal(names.length, 3);
  });
});

/** The contents of a message's length-delimited fields of one number. */
function fieldsOf(bytes: Uint8Array, number: number): Uint8Array[] {
  const reader = new BinaryReader(bytes);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === number) found.push(reader.bytes());
    else reader.skip(type, field);
  }
  return found;
}
