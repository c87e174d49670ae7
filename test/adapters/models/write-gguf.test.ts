// GGUF files of every architecture against the logits that transformers has for the same weights, computed by llama.cpp.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import type { Token } from 'node-llama-cpp';
import { openWeights } from '../../../adapters/models/weight-reader.ts';
import { writeGguf } from '../../../adapters/models/write-gguf.ts';
import { logitModels } from '../../helpers/logit-models.ts';
import { makeTinyModel, tinyConfig } from '../../helpers/tiny-model.ts';

const native = {
  gpu: false,
  build: 'never',
  maxThreads: 1,
  progressLogs: false,
  logLevel: LlamaLogLevel.disabled,
} as const;
const llama = await getLlama(native).catch((error: unknown) => error as Error);
const skip = llama instanceof Error ? `llama.cpp does not run here: ${llama.message}` : false;

const golden = JSON.parse(readFileSync(new URL('../../golden/models/logits.json', import.meta.url), 'utf8')) as {
  readonly tokens: readonly number[];
  readonly logits: Readonly<Record<string, string>>;
};

type Name = keyof typeof logitModels;
const windowed: readonly Name[] = ['mistral', 'qwen2 with windows', 'qwen3 with windows'];
const size = tinyConfig.vocab_size;

/** Tokens without a meaning: the models read numbers. */
const tokenizer = {
  added_tokens: [{ id: 1, content: '<|end|>', special: true }],
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
  post_processor: null,
  model: {
    type: 'BPE',
    vocab: Object.fromEntries(Array.from({ length: size - 2 }, (_, id) => [`token${id}`, id])),
    merges: [],
  },
};

describe('a GGUF file', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'diffract-gguf-'));
  });
  after(async () => {
    if (!(llama instanceof Error)) await llama.dispose();
    await rm(root, { recursive: true });
  });

  async function write(test: TestContext, name: Name): Promise<string> {
    const { folder, tensors } = await makeTinyModel(test, logitModels[name]);
    const path = join(root, `${name}.gguf`);
    const weights = openWeights(folder);
    const config = { ...tinyConfig, ...logitModels[name] };
    const tokenizerConfig = { eos_token: '<|end|>' };
    const whole = { config, tokenizer, tokenizerConfig, chatTemplate: '', tensors: tensors.map(weights.source) };
    await writeGguf(path, name, { ...whole, close: weights.close }).finally(weights.close);
    return path;
  }

  for (const name of (Object.keys(logitModels) as Name[]).filter((one) => !windowed.includes(one))) {
    it(`gives llama.cpp the log-probabilities of transformers within 1e-5: ${name}`, { skip }, async (test) => {
      assert.ok(!(llama instanceof Error));
      const loaded = await llama.loadModel({ modelPath: await write(test, name) });
      const context = await loaded.createContext({
        ...{ contextSize: 64, flashAttention: false },
        ...{ experimentalKvCacheKeyType: 'F32', experimentalKvCacheValueType: 'F32' },
      });
      const options = { generateNext: { probabilities: true, options: { topP: 1, topK: 0, temperature: 1 } } } as const;
      const read = golden.tokens.map((token) => [token, options]) as [Token, typeof options][];
      const outputs = await context.getSequence().controlledEvaluate(read);
      const expected = logProbabilities(name);
      let worst = 0;
      outputs.forEach((output, place) => {
        for (let token = 0; token < size; token++) {
          const found = Math.log(output?.next.probabilities?.get(token as Token) ?? NaN);
          worst = Math.max(worst, Math.abs(found - expected[place]![token]!));
        }
      });
      assert.equal(outputs.length, golden.tokens.length);
      assert.ok(worst <= 1e-5, `largest difference ${worst}`);
      test.diagnostic(`largest difference ${worst.toExponential(1)}`);
      await context.dispose();
      await loaded.dispose();
    });
  }

  for (const name of windowed) {
    it(`is refused where llama.cpp would look further back than the model: ${name}`, async (test) => {
      await assert.rejects(write(test, name), { type: 'UnsupportedModel', message: /a sliding window/ });
    });
  }
});

/** For each place the logarithms of what its logits give the tokens. */
function logProbabilities(name: Name): number[][] {
  const logits = new Float32Array(Uint8Array.from(Buffer.from(golden.logits[name]!, 'base64')).buffer);
  return golden.tokens.map((_, place) => {
    const row = [...logits.subarray(place * size, (place + 1) * size)];
    const total = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return row.map((logit) => logit - total);
  });
}
