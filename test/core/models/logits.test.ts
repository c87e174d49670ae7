// Our forward graph against transformers, position by position; scripts/golden/logits.py made the expected numbers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import { encodeSamples } from '../../../core/models/encode.ts';
import { buildForward } from '../../../core/models/llama.ts';
import { storedParameters } from '../../../core/models/parameters.ts';
import { logitModels } from '../../helpers/logit-models.ts';
import { openGraph } from '../../helpers/onnx-session.ts';
import { makeTinyModel } from '../../helpers/tiny-model.ts';

const golden = JSON.parse(readFileSync(new URL('../../golden/models/logits.json', import.meta.url), 'utf8')) as {
  readonly tokens: readonly number[];
  readonly logits: Readonly<Record<string, string>>;
};

describe('logits of the forward graph', () => {
  for (const name of Object.keys(logitModels) as (keyof typeof logitModels)[]) {
    it(`are those of transformers within 1e-4: ${name}`, async (test) => {
      const { config, tensors, folder } = await makeTinyModel(test, logitModels[name]);
      const builder = new GraphBuilder();
      builder.output('logits', buildForward(builder, config, { parameter: storedParameters(builder, tensors) }).logits);
      const session = await openGraph(test, builder.finish(), folder);
      const [first, ...rest] = golden.tokens;
      const sample = { promptTokens: [first!], completionTokens: [...rest, 0] };
      const found = floatOutput(await session.run(encodeSamples(config, [sample])), 'logits');
      const expected = expectedLogits(name);
      assert.equal(expected.length, golden.tokens.length * config.vocabularySize);
      const worst = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - found[index]!)), 0);
      assert.ok(worst <= 1e-4, `largest difference ${worst}`);
      test.diagnostic(`largest difference ${worst.toExponential(1)}`);
    });
  }

  const variations = [
    ['llama', 'llama linear'],
    ['llama', 'llama with divisors'],
    ['llama untied', 'llama scaled'],
    ['qwen2', 'qwen2 with windows'],
    ['qwen3', 'qwen3 with windows'],
  ] as const;
  for (const [plain, varied] of variations) {
    it(`are others for ${varied} than for ${plain}, so that the variation counts`, () => {
      const [ours, theirs] = [expectedLogits(plain), expectedLogits(varied)];
      assert.ok(ours.some((value, index) => Math.abs(value - theirs[index]!) > 0.01));
    });
  }
});

/** [tokens, vocabulary]. */
function expectedLogits(name: keyof typeof logitModels): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(golden.logits[name]!, 'base64')).buffer);
}
