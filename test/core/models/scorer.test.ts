import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { createOnnxRuntime } from '../../../adapters/onnx/runtime.ts';
import type { Scorer } from '../../../core/models/scorer.ts';
import { createScorer } from '../../../core/models/scorer.ts';
import { createSketcher } from '../../../core/sketch/sketcher.ts';
import { defaultSketch } from '../../../core/sketch/specification.ts';
import type { TinyModel } from '../../helpers/tiny-model.ts';
import { makeTinyModel } from '../../helpers/tiny-model.ts';

describe('the scorer', () => {
  it('gives log-probabilities whose mean is the loss that the sketcher reports', async (test) => {
    const model = await makeTinyModel(test);
    const scorer = await openScorer(test, model);
    const sketcher = await createSketcher({ ...setup(model), specification: { ...defaultSketch, p: 2 } });
    test.after(() => sketcher.close());
    const samples = [
      { promptTokens: [3, 1, 4, 1, 5], completionTokens: [9, 2, 6] },
      { promptTokens: [2, 7], completionTokens: [1, 8, 2, 8, 1, 8, 2, 8, 4, 5] },
    ];
    const scored = await scorer.logProbabilities(samples);
    const sketched = await sketcher.sketch(samples);
    samples.forEach(({ completionTokens }, index) => {
      const values = scored[index]!;
      assert.equal(values.length, completionTokens.length);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      assert.ok(Math.abs(mean + sketched[index]!.loss!) < 1e-5, `${mean} and ${sketched[index]!.loss}`);
    });
  });

  it('gives probabilities: over all tokens they sum to 1, to 1e-5', async (test) => {
    const scorer = await openScorer(test, await makeTinyModel(test));
    const samples = Array.from({ length: 64 }, (_, token) => ({ promptTokens: [7, 7], completionTokens: [token] }));
    const scored = await scorer.logProbabilities(samples);
    const total = scored.reduce((sum, [value]) => sum + Math.exp(value!), 0);
    assert.ok(Math.abs(total - 1) < 1e-5, `sum ${total}`);
  });

  it('reads all candidates for the next token from one pass, with the numbers of a pass for each, bit for bit', async (test) => {
    const scorer = await openScorer(test, await makeTinyModel(test));
    const prompts = [[1, 2, 3], Array.from({ length: 16 }, (_, index) => index), [5], [4, 4]];
    const candidates = [9, 0, 63];
    const together = await scorer.nextTokenLogProbabilities(prompts, candidates);
    const samples = prompts.flatMap((promptTokens) =>
      candidates.map((token) => ({ promptTokens, completionTokens: [token] })),
    );
    const apart = await scorer.logProbabilities(samples);
    assert.deepEqual(
      together.flatMap((row) => [...row]),
      apart.map(([value]) => value),
    );
  });

  it('takes more candidates than one step of padding holds: all tokens, whose probabilities sum to 1, to 1e-5', async (test) => {
    const scorer = await openScorer(test, await makeTinyModel(test));
    const candidates = Array.from({ length: 64 }, (_, token) => token);
    const [row] = await scorer.nextTokenLogProbabilities([[7, 7]], candidates);
    const total = row!.reduce((sum, value) => sum + Math.exp(value), 0);
    assert.equal(row!.length, 64);
    assert.ok(Math.abs(total - 1) < 1e-5, `sum ${total}`);
  });
});

async function openScorer(test: TestContext, model: TinyModel): Promise<Scorer> {
  const scorer = await createScorer(setup(model));
  test.after(() => scorer.close());
  return scorer;
}

function setup({ config, tensors, folder }: TinyModel) {
  const open = (bytes: Uint8Array<ArrayBuffer>) => createOnnxRuntime().open({ bytes, weightsFolder: folder }, 1);
  return { config, tensors, open };
}
