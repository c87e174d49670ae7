import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { RefusedRequest, UnusableAnswer } from '../../../activities/ports/language-model.ts';
import type { ChatRequest, ChatResponse } from '../../../activities/ports/language-model.ts';
import { createAdmission } from '../../../adapters/llm/admission.ts';
import type { Admission } from '../../../adapters/llm/admission.ts';
import { createChatEndpoint } from '../../../adapters/llm/chat-endpoint.ts';
import type { PacedChatEndpoint } from '../../../adapters/llm/chat-endpoint.ts';
import { createChatServer } from '../../../adapters/llm/chat-server.ts';
import { connect } from '../../../adapters/llm/server-connection.ts';
import { PermanentError, TransientError } from '../../../contracts/failures.ts';
import { goodUsage, startFaultyChatServer } from '../../helpers/faulty-chat-server.ts';
import type { ChatFault, FaultyChatServer } from '../../helpers/faulty-chat-server.ts';
import { startPickyChatServer } from '../../helpers/picky-chat-server.ts';

const request: ChatRequest = {
  model: 'small',
  messages: [
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: 'two and two?' },
  ],
  sampling: { temperature: 0.7, topP: 0.95, maxTokens: 64 },
  seed: 7,
};
const never = new AbortController().signal;
const servers: { close(): Promise<void> }[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

async function serverWith(...script: ChatFault[]): Promise<FaultyChatServer> {
  const server = await startFaultyChatServer(script);
  servers.push(server);
  return server;
}

interface ClientSettings {
  readonly apiKey?: string;
  readonly timeoutSeconds?: number;
  readonly admission?: Admission;
}

function clientOf({ url }: { url: string }, settings: ClientSettings = {}): PacedChatEndpoint {
  const { apiKey, timeoutSeconds = 5, admission = createAdmission() } = settings;
  const connection = connect({ url, model: 'small', apiKey: () => apiKey, timeoutSeconds });
  return createChatEndpoint([{ ...createChatServer(connection, admission), weight: 1 }]);
}

async function failureOf(fault: ChatFault, settings?: ClientSettings): Promise<Error> {
  return failure(clientOf(await serverWith(fault), settings).complete(request, never));
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  const error: unknown = await promise.then(
    () => new Error('the request went well'),
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof Error);
  return error;
}

function contentOf({ choices }: ChatResponse): string {
  return choices.map(({ content }) => content).join('|');
}

describe('a chat request', () => {
  it('sends everything that shapes the answer and reads text, reason to stop and usage', async () => {
    const server = await serverWith();
    const response = await clientOf(server, { apiKey: 'sk-secret' }).complete(request, never);
    assert.deepEqual(response, {
      choices: [{ content: 'four', reasoning: null, finishReason: 'stop', logprobs: null }],
      usage: {
        promptTokens: 11,
        cachedTokens: 0,
        completionTokens: 3,
        reasoningTokens: 0,
        estimated: false,
        raw: goodUsage,
      },
    });
    const [seen] = server.seen;
    assert.equal(seen!.path, '/v1/chat/completions');
    assert.equal(seen!.headers.authorization, 'Bearer sk-secret');
    assert.deepEqual(seen!.body, {
      model: 'small',
      messages: request.messages,
      temperature: 0.7,
      top_p: 0.95,
      max_tokens: 64,
      seed: 7,
    });
  });

  it('asks for several answers, log-probabilities and a shape in the words that the server takes', async () => {
    const server = await startPickyChatServer({ schemaForm: 'top-level', refuses: ['seed'] });
    servers.push(server);
    const client = clientOf(server);
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] };
    const shaped = { ...request, responseSchema: { name: 'verdict', schema } };
    const response = await client.complete(shaped, never, { choices: 3, topLogprobs: 2 });
    assert.equal(contentOf(response), '{"ok": true}|{"ok": true}|{"ok": true}');
    assert.deepEqual(response.choices[2]!.logprobs, [{ token: 'Hello', logprob: -1, top: [] }]);
    assert.equal(response.usage.completionTokens, 6);
    assert.deepEqual(server.asked.at(-1), {
      model: 'small',
      messages: request.messages,
      temperature: 0.7,
      top_p: 0.95,
      max_tokens: 64,
      n: 3,
      logprobs: true,
      top_logprobs: 2,
      response_format: { type: 'json_schema', schema },
    });
  });

  it('probes its server once, however many ask, and again only after a failure', async () => {
    const server = await startPickyChatServer({ schemaForm: 'nested' });
    servers.push(server);
    const client = clientOf(server);
    const [first, second] = await Promise.all([client.capabilities(never), client.capabilities(never)]);
    assert.equal(first.schema, 'nested');
    assert.deepEqual(second, first);
    await client.capabilities(never);
    assert.equal(server.asked.length, 1);
    const busy = await serverWith({ kind: 'status', status: 500 }, { kind: 'status', status: 503 });
    const patient = clientOf(busy);
    await assert.rejects(patient.capabilities(never), TransientError);
    assert.equal((await patient.capabilities(never)).choices, false);
  });

  it('does not wait for a probe that it does not want any more', async () => {
    const client = clientOf(await serverWith({ kind: 'hang' }));
    const impatient = new AbortController();
    setTimeout(() => impatient.abort(new Error('worker shuts down')), 20);
    await assert.rejects(client.capabilities(impatient.signal), /worker shuts down/);
  });

  it('uses the connection again', async () => {
    const server = await serverWith({ kind: 'status', status: 429 });
    const client = clientOf(server);
    await assert.rejects(client.complete(request, never), TransientError);
    for (let index = 0; index < 4; index++) await client.complete(request, never);
    assert.equal(new Set(server.seen.map(({ port }) => port)).size, 1);
  });

  it('sends no authorization where there is no key, and takes a base url with a slash at its end', async () => {
    const server = await serverWith();
    await clientOf({ url: `${server.url}/` }).complete(request, never);
    assert.equal(server.seen[0]!.headers.authorization, undefined);
    assert.equal(server.seen[0]!.path, '/v1/chat/completions');
  });

  const messages: { name: string; message: Record<string, unknown>; content: string; reasoning: string | null }[] = [
    { name: 'reasoning', message: { content: '4', reasoning: 'two, two' }, content: '4', reasoning: 'two, two' },
    { name: 'reasoning_content', message: { content: '4', reasoning_content: 'hm' }, content: '4', reasoning: 'hm' },
    { name: 'an empty reasoning', message: { content: '4', reasoning: '' }, content: '4', reasoning: null },
    { name: 'think tags', message: { content: '<think>hm</think>\n\n4' }, content: '4', reasoning: 'hm' },
    { name: 'a closing tag alone', message: { content: 'hm</think>4' }, content: '4', reasoning: 'hm' },
    {
      name: 'several closing tags',
      message: { content: '<think>a</think>b</think>4' },
      content: '4',
      reasoning: 'a</think>b',
    },
    { name: 'thinking that never ended', message: { content: '<think>so, ' }, content: '', reasoning: 'so,' },
    { name: 'no content but reasoning', message: { content: null, reasoning: 'hm' }, content: '', reasoning: 'hm' },
  ];
  for (const { name, message, content, reasoning } of messages) {
    it(`keeps answer and reasoning apart: ${name}`, async () => {
      const server = await serverWith({ kind: 'message', message, finishReason: 'length' });
      const response = await clientOf(server).complete(request, never);
      assert.deepEqual(response.choices, [{ content, reasoning, finishReason: 'length', logprobs: null }]);
    });
  }

  it('estimates the tokens, on the high side and saying so, where the server sends no usage', async () => {
    const { usage } = await clientOf(await serverWith({ kind: 'without-usage' })).complete(request, never);
    assert.equal(usage.estimated, true);
    assert.equal(usage.promptTokens, Math.ceil('Be short.\ntwo and two?'.length / 3));
    assert.equal(usage.completionTokens, Math.ceil('four'.length / 3));
    assert.equal(usage.raw, null);
  });
});

describe('a chat request that fails', () => {
  for (const status of [400, 401, 403, 404, 413, 422]) {
    it(`is refused for good by ${status}`, async () => {
      const error = await failureOf({ kind: 'status', status });
      assert.ok(error instanceof RefusedRequest);
      assert.equal(error.type, 'RequestRefused');
      assert.equal(error.status, status);
      assert.match(error.message, new RegExp(`HTTP ${status} from model "small" at http://127.0.0.1:\\d+/v1: `));
      assert.match(error.message, /as ordered/);
    });
  }

  it('is refused for good by a redirection, which would lose the question', async () => {
    const error = await failureOf({ kind: 'status', status: 301, headers: { location: '/elsewhere' } });
    assert.ok(error instanceof PermanentError);
    assert.match(error.message, /final address/);
  });

  for (const status of [408, 409, 429, 500, 502, 503, 529]) {
    it(`may be mended by waiting after ${status}`, async () => {
      const error = await failureOf({ kind: 'status', status });
      assert.ok(error instanceof TransientError);
      assert.equal(error.retryAfterSeconds, undefined);
    });
  }

  const inSevenSeconds = new Date(Date.now() + 7000).toUTCString();
  const waits: [Record<string, string>, number | undefined][] = [
    [{ 'retry-after': '12' }, 12],
    [{ 'retry-after': '0.5' }, 0.5],
    [{ 'retry-after-ms': '250', 'retry-after': '1' }, 0.25],
    [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
  ];
  for (const [headers, seconds] of waits) {
    it(`names the wait asked for by ${JSON.stringify(headers)}`, async () => {
      const error = await failureOf({ kind: 'status', status: 429, headers });
      assert.ok(error instanceof TransientError);
      assert.equal(error.retryAfterSeconds, seconds);
    });
  }

  it('names the wait asked for by a date', async () => {
    const error = await failureOf({ kind: 'status', status: 503, headers: { 'retry-after': inSevenSeconds } });
    assert.ok(error instanceof TransientError);
    assert.ok(error.retryAfterSeconds! > 0 && error.retryAfterSeconds! <= 7, String(error.retryAfterSeconds));
  });

  it('says what an answer cost that cannot be used, and how it begins', async () => {
    const body = `{"text":"${'x'.repeat(5000)}","usage":{"prompt_tokens":11,"completion_tokens":3}}`;
    const error = await failureOf({ kind: 'body', body });
    assert.ok(error instanceof UnusableAnswer);
    assert.deepEqual(error.failedTry, {
      reason: 'wrong-shape',
      promptTokens: 11,
      completionTokens: 3,
      estimated: false,
    });
    assert.match(error.message, /Unusable answer from model "small" at http.*it begins: \{"text":"x+\.\.\.$/);
    assert.ok(error.message.length < 700);
  });

  it('gives up at once where the server asks for more than a minute, and says how long', async () => {
    const server = await serverWith({ kind: 'status', status: 429, headers: { 'retry-after': '600' } });
    const client = clientOf(server);
    await assert.rejects(client.complete(request, never), TransientError);
    const error = await failure(client.complete(request, never));
    assert.ok(error instanceof TransientError);
    assert.equal(error.retryAfterSeconds, 600);
    assert.match(error.message, /model "small" at http.* is closed for 600 s: it asked to be left alone/);
    assert.equal(server.seen.length, 1);
  });

  it('waits, and says so, until the allowance that the headers count is whole again', async () => {
    const headers = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '150ms' };
    const whole = JSON.stringify({ choices: [{ message: { content: 'four' }, finish_reason: 'stop' }] });
    const server = await serverWith({ kind: 'body', body: whole, headers });
    const client = clientOf(server);
    await client.complete(request, never);
    const start = performance.now();
    const pending = client.complete(request, never);
    assert.equal(client.waiting()?.reason, 'rate-limit');
    await pending;
    assert.ok(performance.now() - start > 100);
    assert.equal(client.waiting(), null);
  });

  it('is an answer that was billed when the connection is cut in the middle of it', async () => {
    const error = await failureOf({ kind: 'cut' });
    assert.ok(error instanceof UnusableAnswer);
    assert.match(error.message, /connection broke for model "small" at http/);
    assert.equal(error.failedTry.reason, 'cut-off');
    assert.ok(error.failedTry.promptTokens > 0 && error.failedTry.completionTokens > 0);
  });

  it('ends after its time-out when the server hangs', async () => {
    const error = await failureOf({ kind: 'hang' }, { timeoutSeconds: 0.1 });
    assert.ok(error instanceof TransientError);
    assert.match(error.message, /no answer from model "small" at .* within 0.1 s/);
  });

  it('ends with the reason of the caller who cancels it, and hands its place back', async () => {
    const server = await serverWith({ kind: 'hang' });
    const admission = createAdmission({ start: 1 });
    const client = clientOf(server, { admission });
    const cancelled = new AbortController();
    const reason = new Error('campaign stopped');
    setTimeout(() => cancelled.abort(reason), 50);
    await assert.rejects(client.complete(request, cancelled.signal), reason);
    assert.equal(contentOf(await client.complete(request, never)), 'four');
  });

  it('says where nothing answers and what to do', async () => {
    const server = await startFaultyChatServer([]);
    await server.close();
    const error = await failure(clientOf(server).complete(request, never));
    assert.ok(error instanceof TransientError);
    assert.match(
      error.message,
      /Nothing answers for model "small" at http:\/\/127.* \(ECONNREFUSED\)\. Start the server/,
    );
  });

  it('tries a refused connection once more', async () => {
    const server = await startFaultyChatServer([]);
    const port = Number(new URL(server.url).port);
    await server.close();
    const pending = clientOf(server).complete(request, never);
    // Opens between the first try and the second, 50 ms later.
    await new Promise((resolve) => setTimeout(resolve, 15));
    const late = createServer((_, response) =>
      response.end('{"choices":[{"message":{"content":"late"},"finish_reason":"stop"}]}'),
    );
    await new Promise<void>((resolve) => late.listen(port, '127.0.0.1', resolve));
    assert.equal((late.address() as AddressInfo).port, port);
    const response = await pending.finally(() => late.close());
    assert.equal(contentOf(response), 'late');
  });

  it('never repeats the key that the server echoes', async () => {
    const fault: ChatFault = {
      kind: 'status',
      status: 401,
      body: '{"error":"Incorrect API key provided: sk-secret-1"}',
    };
    const error = await failureOf(fault, { apiKey: 'sk-secret-1' });
    assert.doesNotMatch(error.message, /sk-secret-1/);
    assert.match(error.message, /Incorrect API key provided: \[key\]/);
  });

  it('slows down after 429 and waits before the next request', async () => {
    const server = await serverWith({ kind: 'status', status: 429, headers: { 'retry-after-ms': '150' } });
    const admission = createAdmission();
    const client = clientOf(server, { admission });
    await assert.rejects(client.complete(request, never), TransientError);
    assert.equal(admission.limit(), 2);
    const start = performance.now();
    await client.complete(request, never);
    assert.ok(performance.now() - start > 100);
  });
});

describe('the url of an endpoint', () => {
  for (const url of ['localhost:8000', 'not a url', 'ftp://host/v1', 'https://me:password@host/v1']) {
    it(`may not be ${url.replace('password', '...')}`, () => {
      assert.throws(
        () => clientOf({ url }),
        (error: Error) => {
          assert.ok(error instanceof PermanentError && error.type === 'InvalidConfig');
          assert.doesNotMatch(error.message, /password@/);
          return true;
        },
      );
    });
  }
});
