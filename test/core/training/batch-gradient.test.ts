// The gradient of a batch against the mean of the gradients of its samples.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { GraphSession } from '../../../core/graph/runner.ts';
import type { TokenSample } from '../../../core/models/encode.ts';
import { batchGradient } from '../../../core/training/batch-gradient.ts';
import { initialLora } from '../../../core/training/lora.ts';
import { buildTrainingGraph } from '../../../core/training/training-graph.ts';
import { openGraph } from '../../helpers/onnx-session.ts';
import { makeTinyModel } from '../../helpers/tiny-model.ts';

/** Samples of three sizes, so that a batch of them needs several micro-batches. */
const samples: TokenSample[] = Array.from({ length: 6 }, (_, index) => ({
  promptTokens: Array.from({ length: 4 + 20 * (index % 3) }, (_value, place) => 3 + ((index * 7 + place * 5) % 60)),
  completionTokens: [10 + index, 20 + index, 2],
}));

async function setUp(test: TestContext) {
  const model = await makeTinyModel(test);
  const lora = { rank: 2, alpha: 4, layers: [0, 1] };
  const { graph, trained } = buildTrainingGraph(model.config, model.tensors, { kind: 'lora', ...lora });
  const session = await openGraph(test, graph, model.folder);
  const parameters = initialLora(trained, 'start');
  // With B zero, as training starts, the gradient of A would be zero too and say nothing.
  for (const [name, data] of parameters) if (name.includes('lora_B')) data.fill(0.05);
  const gradientOf = (some: readonly TokenSample[], through: GraphSession = session) =>
    batchGradient(through, model.config, { samples: some, trained, parameters });
  return { session, gradientOf };
}

describe('the gradient of a batch', () => {
  it('is the mean of the gradients of its samples, and its loss the mean of their losses, to 1e-5', async (test) => {
    const { gradientOf } = await setUp(test);
    const whole = await gradientOf(samples);
    const singles = await Promise.all(samples.map((sample) => gradientOf([sample])));
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs(whole.loss - mean(singles.map(({ loss }) => loss))) < 1e-5);
    for (const [name, gradient] of whole.gradients) {
      const scale = Math.max(...gradient.map(Math.abs), 1e-6);
      gradient.forEach((value, place) => {
        const expected = mean(singles.map(({ gradients }) => gradients.get(name)![place]!));
        assert.ok(
          Math.abs(value - expected) < 1e-5 + 1e-4 * scale,
          `${name}[${place}]: ${value}, expected ${expected}`,
        );
      });
    }
    assert.ok([...whole.gradients.values()].every((gradient) => gradient.some((value) => value !== 0)));
  });

  it('is the same to the last bit in whatever order its micro-batches end', async (test) => {
    const { session, gradientOf } = await setUp(test);
    let started = 0;
    const lastFirst: GraphSession = {
      ...session,
      async run(feeds) {
        const place = started++;
        const outputs = await session.run(feeds);
        await new Promise((resolve) => setTimeout(resolve, 60 - 20 * place));
        return outputs;
      },
    };
    assert.deepEqual(await gradientOf(samples, lastFirst), await gradientOf(samples));
    assert.ok(started >= 3, `${started} micro-batches`);
  });
});
