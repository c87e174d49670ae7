import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { after, before, describe, it } from 'node:test';
import { startEmbeddedServer } from '../../../adapters/llm/embedded-server.ts';
import type { EmbeddedServer } from '../../../adapters/llm/embedded-server.ts';
import { modelFolder } from '../../../adapters/models/cache.ts';
import { writeTinyGguf } from '../../helpers/tiny-gguf.ts';

interface Answer {
  readonly status: number;
  readonly content: string;
  readonly finishReason: string;
  readonly usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
  readonly error: string;
}

/** What comes back, as it is. */
async function post(
  server: EmbeddedServer,
  body: object,
): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }> {
  const response = await fetch(`${server.url}/chat/completions`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

async function ask(server: EmbeddedServer, content: string, more: object = {}): Promise<Answer> {
  const messages = [{ role: 'user', content }];
  const response = await fetch(`${server.url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ messages, temperature: 0.9, max_tokens: 24, seed: 5, ...more }),
  });
  const body = JSON.parse(await response.text());
  const choice = body.choices?.[0];
  return {
    status: response.status,
    content: choice?.message.content,
    finishReason: choice?.finish_reason,
    usage: body.usage,
    error: body.error?.message,
  };
}

const first = 'Tell me of a fox.';
const question = { messages: [{ role: 'user', content: first }], temperature: 0.9, max_tokens: 24, seed: 5 };
const foxSchema = { type: 'object', properties: { sound: { enum: ['yip', 'bark'] } }, required: ['sound'] };
const schemaFormat = (schema: object): object => ({ type: 'json_schema', json_schema: { name: 'fox', schema } });
const refusal = (code: string): object => ({ message: '', type: 'invalid_request_error', param: null, code });

interface Shown {
  readonly index: number;
  readonly message: { readonly content: string };
}

const second = 'What is two and two? Explain it at length, with an example.';

describe('the embedded server, with a tiny random model', () => {
  let folder: string;
  let server: EmbeddedServer;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'diffract-embedded-'));
    await writeTinyGguf(join(folder, 'tiny.gguf'));
    server = await startEmbeddedServer({ modelFile: join(folder, 'tiny.gguf'), names: ['small'] });
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  it('is well and names its model', async () => {
    const origin = new URL(server.url).origin;
    assert.match(origin, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.deepEqual(await (await fetch(`${origin}/health`)).json(), { status: 'ok' });
    const models = JSON.parse(await (await fetch(`${server.url}/models`)).text());
    assert.deepEqual(
      models.data.map(({ id }: { id: string }) => id),
      ['tiny', 'small'],
    );
    assert.equal((await fetch(`${server.url}/embeddings`)).status, 404);
  });

  it('gives the same text for the same request, whatever was asked before', async () => {
    const a = await ask(server, first);
    const b = await ask(server, second);
    assert.equal((await ask(server, first)).content, a.content);
    await ask(server, `${first} And more.`, { max_tokens: 7 });
    assert.equal((await ask(server, second)).content, b.content);
    assert.equal((await ask(server, first)).content, a.content);
    assert.notEqual(a.content, b.content);
  });

  it('gives the same texts when many ask at once', async () => {
    const alone = [await ask(server, first), await ask(server, second)];
    const together = await Promise.all([second, first, second, first].map((content) => ask(server, content)));
    assert.deepEqual(together, [alone[1], alone[0], alone[1], alone[0]]);
  });

  it('draws another text by another seed, and the same one by any seed at temperature 0', async () => {
    assert.notEqual((await ask(server, first, { seed: 6 })).content, (await ask(server, first)).content);
    const greedy = await ask(server, first, { temperature: 0 });
    assert.equal((await ask(server, first, { temperature: 0, seed: 6 })).content, greedy.content);
    // Next to nothing of the distribution is left: the likeliest token alone.
    assert.equal((await ask(server, first, { top_p: 1e-6 })).content, greedy.content);
  });

  it('counts tokens and says when it was cut short', async () => {
    const answer = await ask(server, first, { max_tokens: 9 });
    assert.equal(answer.finishReason, 'length');
    assert.equal(answer.usage.completion_tokens, 9);
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + 9);
    assert.equal((await ask(server, `${first} x`)).usage.prompt_tokens, answer.usage.prompt_tokens + 2);
  });

  it('fills the rest of the context and no more, where max_tokens is absent', async () => {
    const { usage, finishReason } = await ask(server, first, { max_tokens: undefined });
    assert.ok(finishReason === 'stop' || usage.total_tokens === 512);
  });

  it('keeps to a JSON schema', async () => {
    const answer = await ask(server, first, { response_format: schemaFormat(foxSchema), max_tokens: 200 });
    assert.match((JSON.parse(answer.content) as { sound: string }).sound, /^(yip|bark)$/);
  });

  const refusals: [string, object, RegExp][] = [
    ['a prompt longer than the context', { messages: [{ role: 'user', content: 'z9'.repeat(400) }] }, /too long.*512/],
    ['no messages', { messages: [] }, /messages/],
    ['no choice', { n: 0 }, /n$/],
    ['a stream', { stream: true }, /stream/],
    ['tools', { tools: [] }, /tools/],
    ['a penalty', { presence_penalty: 0.5 }, /presence_penalty/],
    ['alternatives without log-probabilities', { top_logprobs: 2 }, /needs logprobs/],
    [
      'a schema it cannot keep to',
      { response_format: schemaFormat({ type: 'string', pattern: 'a' }) },
      /# uses pattern/,
    ],
  ];
  for (const [name, more, message] of refusals) {
    it(`refuses ${name} by 400`, async () => {
      const answer = await ask(server, first, more);
      assert.equal(answer.status, 400);
      assert.match(answer.error, message);
    });
  }

  it('refuses in the shape of OpenAI, with its codes', async () => {
    const long = await post(server, { messages: [{ role: 'user', content: 'z9'.repeat(400) }] });
    assert.deepEqual({ ...long.body.error, message: '' }, refusal('context_length_exceeded'));
    const unknown = await post(server, { model: 'other', messages: [{ role: 'user', content: first }] });
    assert.equal(unknown.status, 404);
    assert.match(unknown.body.error.message, /"other".*expected "tiny" or "small"/);
    assert.deepEqual({ ...unknown.body.error, message: '' }, refusal('model_not_found'));
    const huge = await post(server, { messages: [{ role: 'user', content: 'x'.repeat(4_000_001) }] });
    assert.equal(huge.status, 413);
    assert.deepEqual({ ...huge.body.error, message: '' }, refusal('request_too_large'));
    assert.equal((await post(server, { model: 'small', ...question })).status, 200);
  });

  it('gives several choices, each as its seed alone would give it, and counts the prompt once', async () => {
    const { body } = await post(server, { ...question, n: 3 });
    const alone = [];
    for (const seed of [5, 6, 7]) alone.push((await post(server, { ...question, seed })).body);
    assert.deepEqual(
      body.choices.map(({ message, index }: Shown) => [index, message.content]),
      alone.map(({ choices }, index) => [index, choices[0].message.content]),
    );
    assert.equal(body.usage.prompt_tokens, alone[0].usage.prompt_tokens);
    assert.equal(
      body.usage.completion_tokens,
      alone.reduce((sum: number, { usage }) => sum + Number(usage.completion_tokens), 0),
    );
    assert.equal(body.usage.prompt_tokens_details.cached_tokens, 0);
  });

  it('gives log-probabilities of the answer it gives without them', async () => {
    const plain = await post(server, { ...question, temperature: 0 });
    const { body } = await post(server, { ...question, temperature: 0, logprobs: true, top_logprobs: 3 });
    const { message, logprobs } = body.choices[0];
    assert.equal(message.content, plain.body.choices[0].message.content);
    assert.equal(plain.body.choices[0].logprobs, null);
    assert.equal(logprobs.content.length, body.usage.completion_tokens);
    for (const { token, logprob, top_logprobs: top } of logprobs.content) {
      assert.deepEqual([top[0].token, top[0].logprob], [token, logprob]);
      assert.ok(logprob <= 0 && top.length === 3 && top[1].logprob <= logprob && top[2].logprob <= top[1].logprob);
      assert.ok(top.reduce((sum: number, other: { logprob: number }) => sum + Math.exp(other.logprob), 0) < 1);
    }
  });

  it('ends before the first of the stop texts', async () => {
    const whole = await ask(server, first, { max_tokens: 60 });
    const [early, late] = [whole.content.slice(20, 23), whole.content.slice(30, 33)];
    const cut = await ask(server, first, { max_tokens: 60, stop: [late, early], logprobs: true });
    assert.equal(cut.content, whole.content.slice(0, whole.content.indexOf(early)));
    assert.equal(cut.finishReason, 'stop');
    assert.ok(cut.usage.completion_tokens < whole.usage.completion_tokens);
    assert.deepEqual(await ask(server, first, { max_tokens: 60, stop: 'never said' }), whole);
  });

  it('keeps to JSON in every form of asking, and says when it was cut short', async () => {
    const foxes = { type: 'array', items: foxSchema, minItems: 2, maxItems: 2 };
    const formats = [
      schemaFormat(foxes),
      { type: 'json_schema', schema: foxes },
      { type: 'json_object', schema: foxes },
    ];
    const texts = [];
    for (const format of formats) {
      const answer = await ask(server, first, { response_format: format, max_tokens: 300 });
      assert.equal(answer.finishReason, 'stop');
      const found = JSON.parse(answer.content) as { sound: string }[];
      assert.equal(found.length, 2);
      for (const { sound } of found) assert.match(sound, /^(yip|bark)$/);
      texts.push(answer.content);
    }
    assert.equal(new Set(texts).size, 1);
    const cut = await ask(server, first, { response_format: schemaFormat(foxes), max_tokens: 6 });
    assert.equal(cut.finishReason, 'length');
    assert.ok(texts[0]!.startsWith(cut.content));
    for (let seed = 0; seed < 5; seed++) {
      const any = await ask(server, first, { response_format: { type: 'json_object' }, seed, max_tokens: 300 });
      if (any.finishReason === 'stop') assert.equal(typeof JSON.parse(any.content), 'object');
      assert.match(any.content, /^\{/);
    }
  });

  it('stays fit when callers hang up, while waiting or in the middle of an answer', async () => {
    const expected = await ask(server, first);
    const impatient = Array.from({ length: 3 }, () =>
      fetch(`${server.url}/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ messages: [{ role: 'user', content: second }], max_tokens: 300 }),
        signal: AbortSignal.timeout(15),
      }).catch(() => 'hung up'),
    );
    assert.deepEqual(await Promise.all(impatient), ['hung up', 'hung up', 'hung up']);
    assert.equal((await ask(server, first)).content, expected.content);
  });

  it('names a file that is no model, cut short or not there', async () => {
    const whole = await readFile(join(folder, 'tiny.gguf'));
    const contents = { text: 'GGUF, or so it says: a text', cut: whole.subarray(0, whole.length / 2), empty: '' };
    for (const [name, content] of Object.entries(contents)) {
      const modelFile = join(folder, `${name}.gguf`);
      await writeFile(modelFile, content);
      const message = new RegExp(`${name}\\.gguf`);
      await assert.rejects(startEmbeddedServer({ modelFile }), { type: 'CorruptModel', message });
    }
    const modelFile = join(folder, 'absent.gguf');
    await assert.rejects(startEmbeddedServer({ modelFile }), { type: 'MissingModel', message: /absent\.gguf/ });
  });
});

const smol = modelFolder('smollm2-135m-instruct');
const smolFile = (await readdir(smol).catch(() => [])).find((file) => file.endsWith('.gguf'));

describe(
  'the embedded server, with SmolLM2',
  { skip: smolFile === undefined && `no *.gguf in ${smol}: pull the model by \`diffract models\`` },
  () => {
    let server: EmbeddedServer;
    before(async () => {
      server = await startEmbeddedServer({ modelFile: join(smol, smolFile!) });
    });
    after(() => server.close());

    it('answers in words, ends its turn, repeats itself for A B A, and leaves the event loop free', async () => {
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const sampling = { max_tokens: 60 };
      const a = await ask(server, 'Name the capital of France in one short sentence.', sampling);
      const b = await ask(server, 'What is 12 + 30?', sampling);
      const again = await ask(server, 'Name the capital of France in one short sentence.', sampling);
      delay.disable();
      assert.match(a.content, /Paris/);
      assert.equal(a.finishReason, 'stop');
      assert.deepEqual(again, a);
      assert.notEqual(b.content, a.content);
      // The template adds SmolLM2's own system turn: 20-odd tokens more than the question has.
      assert.ok(a.usage.prompt_tokens > 30, String(a.usage.prompt_tokens));
      assert.ok(delay.max / 1e6 < 500, `the event loop stood still for ${(delay.max / 1e6).toFixed(0)} ms`);
    });
  },
);
