import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openEmbeddedModel } from '../../../adapters/llm/embedded-model.ts';
import type { EmbeddedModel, Generation, GenerationRequest } from '../../../adapters/llm/embedded-model.ts';
import { loadGguf } from '../../../adapters/llm/embedded-runtime.ts';
import { modelFolder } from '../../../adapters/models/cache.ts';
import { uniforms } from '../../../core/random/philox.ts';
import { tinyModel, writeTinyGguf } from '../../helpers/tiny-gguf.ts';
import type { TinyTensor } from '../../helpers/tiny-gguf.ts';

const plain: Omit<GenerationRequest, 'messages' | 'seed'> = {
  temperature: 0.9,
  topP: 0.95,
  maxTokens: 24,
  choices: 1,
  stop: [],
  jsonSchema: undefined,
  alternatives: undefined,
};
const never = new AbortController().signal;

function ask(content: string, seed = 0, more: Partial<GenerationRequest> = {}): GenerationRequest {
  return { ...plain, messages: [{ role: 'user', content }], seed, ...more };
}

/** Short and long, two of them with a prompt of several pieces, one held to a schema, one with scores, one with stop. */
const requests: readonly GenerationRequest[] = [
  ask('Tell me of a fox.', 1),
  ask('2+2?', 2, { maxTokens: 40 }),
  ask(`Sum up: ${'the fox ran on. '.repeat(15)}`, 3),
  ask('Name three colours.', 4, { choices: 2, alternatives: 2 }),
  ask('JSON, please.', 5, { jsonSchema: { type: 'array', items: { enum: ['a', 'b'] }, maxItems: 3 } }),
  ask(`Go on: ${'one two three four '.repeat(12)}`, 6, { temperature: 0 }),
  ask('Why is the sky blue?', 7, { stop: ['e'] }),
];

async function oneAfterAnother(model: EmbeddedModel): Promise<Generation[]> {
  const answers: Generation[] = [];
  for (const request of requests) answers.push(await model.generate(request, never));
  return answers;
}

async function assertIndependent(model: EmbeddedModel): Promise<void> {
  const alone = await oneAfterAnother(model);
  const together = await Promise.all(requests.map((request) => model.generate(request, never)));
  assert.deepEqual(together, alone);
  const backwards = await Promise.all([...requests].reverse().map((request) => model.generate(request, never)));
  assert.deepEqual(backwards.reverse(), alone);
  assert.equal(new Set(alone.map(({ choices }) => choices[0]?.content)).size, requests.length);
}

describe('the embedded model, with tiny random ones', () => {
  let folder: string;
  let floats: EmbeddedModel;
  let quantized: EmbeddedModel;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'diffract-embedded-'));
    await writeTinyGguf(join(folder, 'floats.gguf'));
    await writeTinyGguf(join(folder, 'quantized.gguf'), { tensors: quantizedTensors() });
    floats = await openEmbeddedModel({ modelFile: join(folder, 'floats.gguf') });
    quantized = await openEmbeddedModel({ modelFile: join(folder, 'quantized.gguf') });
  });
  after(async () => {
    await floats.close();
    await quantized.close();
    await rm(folder, { recursive: true });
  });

  it('batches quantized weights, whose sums are the same in a batch, and not float ones', () => {
    assert.deepEqual([quantized.batched, floats.batched], [true, false]);
  });

  it('answers the same alone and beside others, in any order, batched', () => assertIndependent(quantized));

  it('answers the same alone and beside others, in any order, unbatched', () => assertIndependent(floats));

  it('answers the same with other numbers of sequences', async () => {
    const expected = await oneAfterAnother(quantized);
    for (const sequences of [1, 3]) {
      const model = await openEmbeddedModel({ modelFile: join(folder, 'quantized.gguf'), sequences });
      assert.deepEqual(await Promise.all(requests.map((request) => model.generate(request, never))), expected);
      await model.close();
    }
  });

  it('takes four at once and the others in order of arrival', async () => {
    const ends: number[] = [];
    const endless = [0, 1, 2, 3].map(() => new AbortController());
    const long = endless.map(({ signal }) =>
      quantized.generate(ask('Go on.', 8, { maxTokens: 400, temperature: 0 }), signal),
    );
    const short = [0, 1, 2, 3, 4].map((place) =>
      quantized.generate(ask('2+2?', place, { maxTokens: 1 }), never).then(() => ends.push(place)),
    );
    // One place is enough for all of the line, and it is free as soon as its holder hangs up.
    endless[0]?.abort();
    await Promise.all(short);
    assert.deepEqual(ends, [0, 1, 2, 3, 4]);
    for (const controller of endless) controller.abort();
    const outcomes = await Promise.allSettled(long);
    assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['rejected']));
  });

  it('leaves the line at once when told to', async () => {
    const holders = [0, 1, 2, 3].map(() => new AbortController());
    const held = holders.map(({ signal }) =>
      quantized.generate(ask('Go on.', 8, { maxTokens: 400, temperature: 0 }), signal),
    );
    const [leaver, early] = [new AbortController(), AbortSignal.abort(new Error('never came'))];
    const waiting = quantized.generate(ask('2+2?'), leaver.signal);
    await assert.rejects(quantized.generate(ask('2+2?'), early), /never came/);
    leaver.abort(new Error('gone'));
    await assert.rejects(waiting, /gone/);
    const stillHeld = await Promise.race([Promise.race(held).then(() => false), Promise.resolve(true)]);
    assert.ok(stillHeld);
    for (const controller of holders) controller.abort();
    await Promise.allSettled(held);
  });

  it('scores a token as the sampler weighs it at temperature 1', async () => {
    const request = ask('Tell me of a fox.', 11, { temperature: 1, topP: 1, maxTokens: 6, alternatives: 0 });
    const { choices, promptTokens } = await floats.generate(request, never);
    const { llama, model, context, template } = await loadGguf(join(folder, 'floats.gguf'), 1);
    const text = template.render({ messages: [...request.messages], add_generation_prompt: true });
    const prompt = model.tokenize(text, true);
    assert.equal(prompt.length, promptTokens);
    const options = { temperature: 1, topP: 1, topK: 0, seed: 11 };
    const drawn: [string, number][] = [];
    for await (const step of context.getSequence().evaluateWithMetadata(prompt, { confidence: true }, options)) {
      drawn.push([model.detokenize([step.token], true), step.confidence]);
      if (drawn.length === 6) break;
    }
    await llama.dispose();
    assert.deepEqual(
      choices[0]?.scores?.map(({ token }) => token),
      drawn.map(([token]) => token),
    );
    for (const [index, { logprob }] of choices[0].scores.entries()) {
      const expected = drawn[index]?.[1] ?? NaN;
      assert.ok(Math.abs(Math.exp(logprob) - expected) < 1e-4 * expected, `${Math.exp(logprob)}, not ${expected}`);
    }
  });
});

const smol = modelFolder('smollm2-135m-instruct');
const smolFile = (await readdir(smol).catch(() => [])).find((file) => file.endsWith('.gguf'));

describe(
  'the embedded model, with SmolLM2',
  { skip: smolFile === undefined && `no *.gguf in ${smol}: pull the model by \`diffract models\`` },
  () => {
    it('is batched, and answers the same alone and beside others, in any order', async () => {
      const model = await openEmbeddedModel({ modelFile: join(smol, smolFile ?? '') });
      assert.ok(model.batched);
      await assertIndependent(model);
      await model.close();
    });
  },
);

/** The matrices of the tiny model in GGML's Q8_0: blocks of a float16 scale and 32 signed bytes. */
function quantizedTensors(): TinyTensor[] {
  const { hiddenSize, headCount, keyHeadCount, feedForwardSize, vocabularySize, layerCount } = tinyModel;
  const keySize = (hiddenSize / headCount) * keyHeadCount;
  const shapes: [string, number, number][] = [
    ['attn_q', hiddenSize, hiddenSize],
    ['attn_k', keySize, hiddenSize],
    ['attn_v', keySize, hiddenSize],
    ['attn_output', hiddenSize, hiddenSize],
    ['ffn_gate', feedForwardSize, hiddenSize],
    ['ffn_up', feedForwardSize, hiddenSize],
    ['ffn_down', hiddenSize, feedForwardSize],
  ];
  const layers = Array.from({ length: layerCount }, (_, layer) =>
    shapes.map(([name, rows, columns]) => q8(`blk.${layer}.${name}.weight`, rows, columns)),
  );
  return [q8('token_embd.weight', vocabularySize, hiddenSize), ...layers.flat()];
}

function q8(name: string, rows: number, columns: number): TinyTensor {
  const random = uniforms(`quantized/${name}`);
  const blocks = (rows * columns) / 32;
  const bytes = Buffer.alloc(blocks * 34);
  for (let block = 0; block < blocks; block++) {
    bytes.writeUInt16LE(0x1c00, block * 34); // 2^-8 as a float16
    for (let index = 0; index < 32; index++) {
      bytes.writeInt8(Math.floor(random.next() * 161) - 80, block * 34 + 2 + index);
    }
  }
  return { name, shape: [rows, columns], type: 8, bytes };
}
