import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import type { ModelRuntime, SketchedExample, SketchPlan } from '../../../activities/ports/models.ts';
import { makeTinyRuntime } from '../../activities/models.ts';

const plan: SketchPlan = { p: 4, seed: 1, tokenBudget: 256 };
const examples = [
  { prompt: 'one and one', completion: 'two' },
  { prompt: 'a very long question '.repeat(8), completion: 'two' },
];

describe('a sketch plan', () => {
  it('decides what a sketch is made of, how long it is and what artifacts call it', async (test) => {
    const { model, models } = await tinyRuntime(test);
    const parameters = 20;
    for (const [mode, specification, dimension] of [
      [undefined, 'sketch/kron-sum/v1/p=4/seed=1', 16],
      ['kron-sum', 'sketch/kron-sum/v1/p=4/seed=1', 16],
      ['concat', 'sketch/concat/v1/p=4/seed=1', 16 * parameters],
      ['count-sketch', 'sketch/count-sketch/v1/d=16/seed=1', 16],
    ] as const) {
      const sketcher = await models.openSketcher(model, { ...plan, ...(mode !== undefined && { mode }) });
      assert.deepEqual([sketcher.specification, sketcher.dimension], [specification, dimension]);
      const [result] = await sketchAll(models, model, { ...plan, ...(mode !== undefined && { mode }) });
      assert.equal(result?.sketch?.length, dimension);
    }
  });

  it('says what becomes of long prompts', async (test) => {
    const { model, models } = await tinyRuntime(test);
    const [, skipped] = await sketchAll(models, model, { ...plan, maximumTokens: 64 });
    assert.deepEqual([skipped?.excluded, skipped?.sketch, skipped?.truncated], ['too-long', null, 0]);
    const shortened = { ...plan, maximumTokens: 64, longPrompts: 'truncate-prompt-left' } as const;
    const [whole, cut] = await sketchAll(models, model, shortened);
    assert.deepEqual([whole?.excluded, whole?.truncated, cut?.excluded], [null, 0, null]);
    assert.ok(cut !== undefined && cut.truncated > 0);
  });
});

async function tinyRuntime(test: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-plan-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return makeTinyRuntime(test, folder);
}

async function sketchAll(models: ModelRuntime, model: string, wanted: SketchPlan): Promise<SketchedExample[]> {
  const sketcher = await models.openSketcher(model, wanted);
  const results: SketchedExample[] = [];
  for await (const group of sketcher.sketch(examples, new AbortController().signal)) {
    for (const { position, result } of group) results[position] = result;
  }
  return results;
}
