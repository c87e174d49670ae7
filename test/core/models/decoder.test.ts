import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { createOnnxRuntime, sessionPool } from '../../../adapters/onnx/runtime.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import type { GraphSession } from '../../../core/graph/runner.ts';
import { floatOutput } from '../../../core/graph/runner.ts';
import type { Decoder, GreedyOptions } from '../../../core/models/decoder.ts';
import { createDecoder } from '../../../core/models/decoder.ts';
import { encodeSamples } from '../../../core/models/encode.ts';
import { fixedAdapter } from '../../../core/models/fixed-adapter.ts';
import { buildForward } from '../../../core/models/llama.ts';
import { storedParameters } from '../../../core/models/parameters.ts';
import type { LoraAdapter } from '../../../core/training/adapter-file.ts';
import { initialLora, loraParameters } from '../../../core/training/lora.ts';
import { goldenModels } from '../../helpers/golden-models.ts';
import { logitModels } from '../../helpers/logit-models.ts';
import { openGraph } from '../../helpers/onnx-session.ts';
import type { TinyModel } from '../../helpers/tiny-model.ts';
import { makeTinyModel } from '../../helpers/tiny-model.ts';

/** Lengths on both sides of the padding steps, more than fit one batch. */
const promptLengths = [1, 5, 64, 63, 65, 12, 3, 40, 17, 90, 2, 31];

describe('the decoder', () => {
  const { mistral } = logitModels;
  for (const [name, overrides] of Object.entries({ ...goldenModels, mistral })) {
    it(`gives the tokens that reading everything again gives: ${name}`, async (test) => {
      const model = await makeTinyModel(test, overrides);
      const decoder = openDecoder(test, model);
      const prompts = promptLengths.map((length, index) => promptOf(model, length, index));
      const options = { maximumTokens: 20, stopTokens: [] };
      assert.deepEqual(await decoder.greedy(prompts, options), await recomputed(test, model, prompts, options));
    });
  }

  it('stops each row at its own stop token and leaves the token out', async (test) => {
    const model = await makeTinyModel(test);
    const decoder = openDecoder(test, model);
    const prompts = promptLengths.map((length, index) => promptOf(model, length, index));
    const free = await decoder.greedy(prompts, { maximumTokens: 20, stopTokens: [] });
    const stopTokens = [free[0]![0]!, free[1]![3]!, free[3]![9]!];
    const stopped = await decoder.greedy(prompts, { maximumTokens: 20, stopTokens });
    const cut = free.map((tokens) => {
      const end = tokens.findIndex((token) => stopTokens.includes(token));
      return end < 0 ? tokens : tokens.slice(0, end);
    });
    assert.deepEqual(stopped, cut);
    assert.ok(new Set(cut.map(({ length }) => length)).size > 2, 'rows end at different steps');
  });

  it('ends a row at the maximum length of the model, whatever the others do', async (test) => {
    const model = await makeTinyModel(test, { max_position_embeddings: 30 });
    const decoder = openDecoder(test, model);
    const prompts = [28, 4, 30, 20].map((length, index) => promptOf(model, length, index));
    const options = { maximumTokens: 12, stopTokens: [] };
    const found = await decoder.greedy(prompts, options);
    assert.deepEqual(
      found.map(({ length }) => length),
      [2, 12, 1, 10],
    );
    assert.deepEqual(found, await recomputed(test, model, prompts, options));
  });

  it('applies a trained adapter', async (test) => {
    const model = await makeTinyModel(test);
    const adapter = randomAdapter(model);
    const prompts = promptLengths.map((length, index) => promptOf(model, length, index));
    const options = { maximumTokens: 10, stopTokens: [] };
    const adapted = await openDecoder(test, model, adapter).greedy(prompts, options);
    assert.deepEqual(adapted, await recomputed(test, model, prompts, options, adapter));
    assert.notDeepEqual(adapted, await openDecoder(test, model).greedy(prompts, options));
  });

  it('computes a row to the last bit as if it were alone', async (test) => {
    const model = await makeTinyModel(test);
    const runs: Float32Array[] = [];
    const decoder = openDecoder(test, model, undefined, async (bytes) => {
      const session = await createOnnxRuntime().open({ bytes, weightsFolder: model.folder }, 1);
      const run: GraphSession['run'] = async (feeds) => {
        const outputs = await session.run(feeds);
        runs.push(firstRow(outputs['fresh.value.1']!.dims, floatOutput(outputs, 'fresh.value.1')));
        return outputs;
      };
      return { run, close: () => session.close() };
    });
    const prompts = [9, 4, 33, 60, 21].map((length, index) => promptOf(model, length, index));
    const options = { maximumTokens: 12, stopTokens: [] };
    await decoder.greedy(prompts, options);
    const together = runs.splice(0);
    await decoder.greedy(prompts.slice(0, 1), options);
    assert.equal(together.length, 12);
    assert.deepEqual(runs, together);
  });

  it('opens a session when there is something to decode, and again after a failure', async (test) => {
    const model = await makeTinyModel(test);
    let opened = 0;
    const decoder = openDecoder(test, model, undefined, (bytes) => {
      if (opened++ === 0) return Promise.reject(new Error('no memory just now'));
      return createOnnxRuntime().open({ bytes, weightsFolder: model.folder }, 1);
    });
    assert.deepEqual(await decoder.greedy([], { maximumTokens: 3, stopTokens: [] }), []);
    assert.deepEqual(await decoder.greedy([[1]], { maximumTokens: 0, stopTokens: [] }), [[]]);
    assert.equal(opened, 0);
    await assert.rejects(decoder.greedy([[1]], { maximumTokens: 1, stopTokens: [] }), /no memory/);
    assert.equal((await decoder.greedy([[1]], { maximumTokens: 1, stopTokens: [] }))[0]!.length, 1);
  });

  it('refuses prompts without tokens and tokens outside the vocabulary', async (test) => {
    const decoder = openDecoder(test, await makeTinyModel(test));
    const options = { maximumTokens: 1, stopTokens: [] };
    await assert.rejects(decoder.greedy([[1], []], options), { name: 'PermanentError', message: /no tokens/ });
    await assert.rejects(decoder.greedy([[64]], options), { name: 'PermanentError', message: /token id 64/ });
  });
});

function openDecoder(
  test: TestContext,
  { config, tensors, folder }: TinyModel,
  adapter?: LoraAdapter,
  open = (bytes: Uint8Array<ArrayBuffer>) => sessionPool(createOnnxRuntime(), { bytes, weightsFolder: folder }, 2),
): Decoder {
  const decoder = createDecoder({ config, tensors, sessions: 2, open, ...(adapter && { adapter }) });
  test.after(() => decoder.close());
  return decoder;
}

function promptOf({ config }: TinyModel, length: number, index: number): number[] {
  return Array.from({ length }, (_, position) => (7 * index + 11 * position + position ** 2) % config.vocabularySize);
}

function randomAdapter({ config }: TinyModel): LoraAdapter {
  const specification = { rank: 2, alpha: 4, layers: [0, 1] };
  const parameters = loraParameters(config, specification);
  const tensors = initialLora(parameters, 'decoder');
  for (const [name, values] of tensors) {
    if (name.endsWith('.lora_B.weight')) values.forEach((_, index) => (values[index] = ((index * 7) % 5) / 4 - 0.5));
  }
  return { specification, tensors };
}

/** The oracle: every token from a causal pass over the whole sequence alone. */
async function recomputed(
  test: TestContext,
  { config, tensors, folder }: TinyModel,
  prompts: readonly (readonly number[])[],
  { maximumTokens }: GreedyOptions,
  adapter?: LoraAdapter,
): Promise<number[][]> {
  const builder = new GraphBuilder();
  const parameter = storedParameters(builder, tensors);
  const adapt = adapter && { adapt: fixedAdapter(builder, config, adapter) };
  builder.output('next', builder.argMax(buildForward(builder, config, { parameter, ...adapt }).logits));
  const session = await openGraph(test, builder.finish(), folder);
  const answers: number[][] = [];
  for (const prompt of prompts) {
    const sequence = [...prompt];
    do {
      const outputs = await session.run(encodeSamples(config, [{ promptTokens: sequence, completionTokens: [0] }]));
      sequence.push(Number(outputs['next']!.data[0]));
    } while (sequence.length < Math.min(prompt.length + maximumTokens, config.maximumLength));
    answers.push(sequence.slice(prompt.length));
  }
  return answers;
}

/** Of [slots, rows, width] the first row, slot by slot. */
function firstRow([slots, rows, width]: readonly number[], values: Float32Array): Float32Array {
  return Float32Array.from({ length: slots! * width! }, (_, index) => {
    return values[Math.floor(index / width!) * rows! * width! + (index % width!)]!;
  });
}
