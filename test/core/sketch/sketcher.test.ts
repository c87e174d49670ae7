import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOnnxRuntime } from '../../../adapters/onnx/runtime.ts';
import type { GraphSession } from '../../../core/graph/runner.ts';
import type { SketcherSetup } from '../../../core/sketch/sketcher.ts';
import { createSketcher } from '../../../core/sketch/sketcher.ts';
import type { KroneckerSketch, SketchSpecification } from '../../../core/sketch/specification.ts';
import { sketchDimension } from '../../../core/sketch/specification.ts';
import { makeTinyModel } from '../../helpers/tiny-model.ts';

const specification: KroneckerSketch = { mode: 'kron-sum', p: 4, seed: 3, version: 1 };
const sample = { promptTokens: [1, 2, 3], completionTokens: [4, 5] };

describe('the sketcher', () => {
  const modes: readonly SketchSpecification[] = [
    specification,
    { ...specification, mode: 'concat' },
    { mode: 'count-sketch', d: 256, seed: 3, version: 1 },
  ];
  for (const mode of modes) {
    it(`gives rows of unit length, with loss and token count: ${mode.mode}`, async (test) => {
      const { sketcher, config } = await withTinyModel(test, { specification: mode });
      const [result] = await sketcher.sketch([sample]);
      assert.equal(result!.excluded, null);
      assert.equal(result!.sketch.length, sketchDimension(mode, config));
      assert.ok(Math.abs(Math.hypot(...result!.sketch) - 1) < 1e-6);
      assert.ok(result!.loss > 0);
      assert.deepEqual([result!.tokenCount, result!.truncated], [2, 0]);
    });
  }

  it('takes the gradients of one sample at a time where a mode needs them whole', async (test) => {
    const { sketcher } = await withTinyModel(test, { specification: modes[2]!, tokenBudget: 4096 });
    const samples = [sample, { ...sample, promptTokens: [9, 8, 7] }, sample];
    const together = await sketcher.sketch(samples);
    const alone = await Promise.all(samples.map(async (one) => (await sketcher.sketch([one]))[0]!));
    assert.deepEqual(together, alone);
    assert.notDeepEqual(together[0]!.sketch, together[1]!.sketch);
  });

  it('shortens long prompts on the left when told to, and says by how much', async (test) => {
    const limit = { maximumTokens: 6, longPrompts: 'truncate-prompt-left' } as const;
    const { sketcher } = await withTinyModel(test, { specification, ...limit });
    const [whole, cut, completionOnly, exact] = await sketcher.sketch([
      { promptTokens: [5, 6, 7], completionTokens: [1, 2, 3, 4] },
      { promptTokens: [9, 9, 5, 6, 7], completionTokens: [1, 2, 3, 4] },
      { promptTokens: [1, 2], completionTokens: [1, 2, 3, 4, 5, 6, 7] },
      { promptTokens: [1, 2, 3], completionTokens: [1, 2, 3, 4, 5, 6] },
    ]);
    assert.deepEqual([whole!.truncated, cut!.truncated], [0, 2]);
    assert.deepEqual({ ...cut, truncated: 0 }, whole, 'what is left is read as if it had been all');
    assert.deepEqual([completionOnly!.excluded, completionOnly!.truncated], ['too-long', 0]);
    assert.deepEqual([exact!.excluded, exact!.truncated], [null, 2], 'one prompt token is enough');
  });

  it('cuts the head into as many slices as its largest batch, or its longest sample, fills', async (test) => {
    const { config, tensors } = await makeTinyModel(test, { max_position_embeddings: 4000 });
    const slicesOf = async (setup: Partial<SketcherSetup>): Promise<number> => {
      let slices = 0;
      const open = (model: Uint8Array<ArrayBuffer>): Promise<GraphSession> => {
        slices = new Set(
          Buffer.from(model)
            .toString('latin1')
            .match(/rows\d+/g),
        ).size;
        return Promise.resolve({ run: () => Promise.resolve({}), close: () => Promise.resolve() });
      };
      await createSketcher({ config, tensors, specification, open, ...setup });
      return slices;
    };
    assert.equal(await slicesOf({ tokenBudget: 16 }), 16, '4000 tokens at most, 256 rows a slice');
    assert.equal(await slicesOf({ tokenBudget: 16, maximumTokens: 257 }), 2);
    assert.equal(await slicesOf({ tokenBudget: 5000, maximumTokens: 257 }), 20);
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

async function withTinyModel(
  test: Parameters<typeof makeTinyModel>[0],
  setup: Omit<SketcherSetup, 'config' | 'tensors' | 'open'>,
) {
  const { config, tensors, folder } = await makeTinyModel(test);
  const open = (bytes: Uint8Array<ArrayBuffer>) => createOnnxRuntime().open({ bytes, weightsFolder: folder }, 1);
  const sketcher = await createSketcher({ config, tensors, open, ...setup });
  test.after(() => sketcher.close());
  return { sketcher, config };
}

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
