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
const second = 'What is two and two? Explain it at length, with an example.';

describe('the embedded server, with a tiny random model', () => {
  let folder: string;
  let server: EmbeddedServer;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'diffract-embedded-'));
    await writeTinyGguf(join(folder, 'tiny.gguf'));
    server = await startEmbeddedServer({ modelFile: join(folder, 'tiny.gguf') });
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
    assert.equal(models.data[0].id, 'tiny');
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
    const schema = { type: 'object', properties: { sound: { enum: ['yip', 'bark'] } }, required: ['sound'] };
    const format = { type: 'json_schema', json_schema: { name: 'fox', schema } };
    const answer = await ask(server, first, { response_format: format, max_tokens: 200 });
    assert.match((JSON.parse(answer.content) as { sound: string }).sound, /^(yip|bark)$/);
  });

  const refusals: [string, object, RegExp][] = [
    ['a prompt longer than the context', { messages: [{ role: 'user', content: 'z9'.repeat(400) }] }, /too long.*512/],
    ['no messages', { messages: [] }, /messages/],
    ['several choices', { n: 2 }, /n/],
    ['a stream', { stream: true }, /stream/],
  ];
  for (const [name, more, message] of refusals) {
    it(`refuses ${name} by 400`, async () => {
      const answer = await ask(server, first, more);
      assert.equal(answer.status, 400);
      assert.match(answer.error, message);
    });
  }

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
