import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { createOnnxRuntime, sessionPool } from '../../../adapters/onnx/runtime.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import { encodeModel } from '../../../core/graph/onnx-encoding.ts';
import type { GraphModel, TensorValue } from '../../../core/graph/runner.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import { encodeSamples } from '../../../core/models/encode.ts';
import { buildScoreGraph } from '../../../core/models/scorer.ts';
import { makeTinyModel } from '../../helpers/tiny-model.ts';

describe('the onnx runtime', () => {
  it('answers runs of a pool in the order they were asked, whichever session is idle', async (test) => {
    const pool = await sessionPool(createOnnxRuntime(), doubling(), 2);
    test.after(() => pool.close());
    const inputs = Array.from({ length: 20 }, (_, index) => index);
    const outputs = await Promise.all(inputs.map((number) => pool.run({ x: vector([number, 1]) })));
    assert.deepEqual(
      outputs.map((output) => floatOutput(output, 'y')[0]),
      inputs.map((number) => 2 * number),
    );
  });

  it('leaves the feeds usable after a run', async (test) => {
    const session = await createOnnxRuntime().open(doubling(), 1);
    test.after(() => session.close());
    const x = vector([1, 2]);
    await session.run({ x });
    assert.deepEqual([...floatOutput(await session.run({ x }), 'y')], [2, 4]);
  });

  it('reads feeds in shared memory', async (test) => {
    const session = await createOnnxRuntime().open(doubling(), 1);
    test.after(() => session.close());
    const data = new Float32Array(new SharedArrayBuffer(16));
    data.set([1, 2, 3]);
    const run = (from: number, to: number) =>
      session.run({ x: { type: 'float32', dims: [to - from], data: data.subarray(from, to) } });
    assert.deepEqual([...floatOutput(await run(0, 2), 'y')], [2, 4]);
    data.set([5, 6], 1);
    assert.deepEqual([...floatOutput(await run(1, 3), 'y')], [10, 12]);
    assert.deepEqual([...floatOutput(await run(3, 3), 'y')], []);
  });

  it('refuses bytes that are not a model, for good', async () => {
    const model = { bytes: new Uint8Array([1, 2, 3]), weightsFolder: null };
    await assert.rejects(createOnnxRuntime().open(model, 1), { name: 'PermanentError', type: 'UnsupportedModel' });
  });

  it('gives the same whether weights are mapped from their file or rearranged, to rounding', async (test) => {
    const { config, tensors, folder } = await makeTinyModel(test);
    const bytes = encodeModel(buildScoreGraph(config, tensors));
    const feeds = encodeSamples(config, [{ promptTokens: [1, 2, 3], completionTokens: [4, 5] }]);
    const scores = async (mapWeights: boolean): Promise<Float32Array> => {
      const session = await createOnnxRuntime().open({ bytes, weightsFolder: folder, mapWeights }, 1);
      test.after(() => session.close());
      return floatOutput(await session.run(feeds), 'logProbability');
    };
    const [mapped, rearranged] = [await scores(true), await scores(false)];
    assert.ok(mapped[0]! < 0);
    mapped.forEach((value, index) => assert.ok(Math.abs(value - rearranged[index]!) < 1e-5));
  });

  it('takes a missing weights folder for trouble that waiting may mend', async () => {
    const model = { ...doubling(), weightsFolder: '/nowhere/at/all' };
    await assert.rejects(createOnnxRuntime().open(model, 1), { name: 'TransientError', message: /ENOENT/ });
  });

  it('fails the runs that wait when a session is closed under them', async () => {
    const session = await createOnnxRuntime().open(doubling(), 1);
    const run = session.run({ x: vector([1]) });
    const failure = assert.rejects(run, { name: 'TransientError', message: /during a run/ });
    await session.close();
    await failure;
  });

  it('refuses feeds that do not fit, names the input, and goes on working', async (test) => {
    const session = await createOnnxRuntime().open(doubling(), 1);
    test.after(() => session.close());
    await assert.rejects(session.run({ z: vector([1]) }), { name: 'PermanentError', message: /x/ });
    assert.deepEqual([...floatOutput(await session.run({ x: vector([3]) }), 'y')], [6]);
  });

  it('fails runs of a closed session', async () => {
    const session = await createOnnxRuntime().open(doubling(), 1);
    await session.close();
    await assert.rejects(session.run({ x: vector([1]) }), /closed/);
  });

  it('leaves nothing in the weights folder', async (test) => {
    const model = await makeTinyModel(test);
    const bytes = encodeModel(buildScoreGraph(model.config, model.tensors));
    const session = await createOnnxRuntime().open({ bytes, weightsFolder: model.folder }, 1);
    await session.close();
    assert.deepEqual((await readdir(model.folder)).sort(), ['config.json', 'weights.bin', 'weights.json']);
  });
});

function doubling(): GraphModel {
  const builder = new GraphBuilder();
  const x = builder.input('x', 'float32', ['N']);
  builder.output('y', builder.add(x, x));
  return { bytes: encodeModel(builder.finish()), weightsFolder: null };
}

function vector(numbers: number[]): TensorValue {
  return { type: 'float32', dims: [numbers.length], data: Float32Array.from(numbers) };
}
