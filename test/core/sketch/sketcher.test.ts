import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOnnxRuntime } from '../../../adapters/onnx/runtime.ts';
import type { GraphSession } from '../../../core/graph/runner.ts';
import { createSketcher } from '../../../core/sketch/sketcher.ts';
import type { SketchSpecification } from '../../../core/sketch/specification.ts';
import { makeTinyModel } from '../../helpers/tiny-model.ts';

const specification: SketchSpecification = { mode: 'kron-sum', p: 4, seed: 3, version: 1 };
const sample = { promptTokens: [1, 2, 3], completionTokens: [4, 5] };

describe('the sketcher', () => {
  it('gives rows of unit length, with loss and token count', async (test) => {
    const { config, tensors, folder } = await makeTinyModel(test);
    const open = (bytes: Uint8Array<ArrayBuffer>) => createOnnxRuntime().open({ bytes, weightsFolder: folder }, 1);
    const sketcher = await createSketcher({ config, tensors, specification, open });
    test.after(() => sketcher.close());
    const [result] = await sketcher.sketch([sample]);
    assert.equal(result!.excluded, null);
    assert.ok(Math.abs(Math.hypot(...result!.sketch) - 1) < 1e-6);
    assert.ok(result!.loss > 0);
    assert.equal(result!.tokenCount, 2);
  });

  it('excludes by name what has no gradient to speak of, and does not run it', async (test) => {
    const { sketcher, runs } = await withFakeSession(test, () => [1, 0, 0, 0]);
    const results = await sketcher.sketch([
      { ...sample, completionTokens: [] },
      sample,
      { ...sample, promptTokens: [] },
      { ...sample, promptTokens: Array<number>(200).fill(1) },
    ]);
    assert.deepEqual(
      results.map(({ excluded }) => excluded),
      ['empty-completion', null, 'empty-prompt', 'too-long'],
    );
    assert.equal(runs(), 1);
  });

  it('never gives a zero row or one that is not finite', async (test) => {
    for (const [row, reason] of [
      [[0, 0, 0, 0], 'zero-gradient'],
      [[1, Number.NaN, 0, 0], 'not-finite'],
      [[1, Number.POSITIVE_INFINITY, 0, 0], 'not-finite'],
    ] as const) {
      const { sketcher } = await withFakeSession(test, () => [...row]);
      const [result] = await sketcher.sketch([sample]);
      assert.deepEqual({ excluded: result!.excluded, sketch: result!.sketch }, { excluded: reason, sketch: null });
    }
  });
});

async function withFakeSession(test: Parameters<typeof makeTinyModel>[0], rowOf: () => number[]) {
  const { config, tensors } = await makeTinyModel(test);
  let count = 0;
  const session: GraphSession = {
    run(feeds) {
      count += 1;
      const rows = feeds['tokens']!.dims[0]!;
      const sketch = Float32Array.from(Array.from({ length: rows }, rowOf).flat());
      return Promise.resolve({
        loss: { type: 'float32', dims: [rows], data: new Float32Array(rows).fill(1) },
        sketch: { type: 'float32', dims: [rows, 4], data: sketch },
      });
    },
    close: () => Promise.resolve(),
  };
  const open = () => Promise.resolve(session);
  const sketcher = await createSketcher({ config, tensors, specification: { ...specification, p: 2 }, open });
  return { sketcher, runs: () => count };
}
