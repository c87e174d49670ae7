import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { ChatRequest, ChatResponse } from '../../../activities/ports/language-model.ts';
import { createAdmission } from '../../../adapters/llm/admission.ts';
import { createChatEndpoint } from '../../../adapters/llm/chat-endpoint.ts';
import type { PacedChatEndpoint } from '../../../adapters/llm/chat-endpoint.ts';
import { createChatServer } from '../../../adapters/llm/chat-server.ts';
import { connect } from '../../../adapters/llm/server-connection.ts';
import { TransientError } from '../../../contracts/failures.ts';
import { startFaultyChatServer } from '../../helpers/faulty-chat-server.ts';
import type { ChatFault, FaultyChatServer } from '../../helpers/faulty-chat-server.ts';
import { startPickyChatServer } from '../../helpers/picky-chat-server.ts';

const request: ChatRequest = {
  model: 'small',
  messages: [{ role: 'user', content: 'two and two?' }],
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

function contentOf({ choices }: ChatResponse): string {
  return choices.map(({ content }) => content).join('|');
}

describe('a model behind several servers', () => {
  function endpointOf(
    ...behind: { readonly url: string; readonly weight: number; readonly apiKey?: string; readonly timeout?: number }[]
  ): PacedChatEndpoint {
    return createChatEndpoint(
      behind.map(({ url, weight, apiKey, timeout = 5 }) => {
        const connection = connect({ url, model: 'small', apiKey: () => apiKey, timeoutSeconds: timeout });
        return { ...createChatServer(connection, createAdmission()), weight };
      }),
    );
  }

  async function deadUrl(): Promise<string> {
    const server = await startFaultyChatServer([]);
    await server.close();
    return server.url;
  }

  it('is asked at each of them by weight', async () => {
    const [light, heavy] = [await serverWith(), await serverWith()];
    const endpoint = endpointOf({ url: light.url, weight: 1 }, { url: heavy.url, weight: 3 });
    await Promise.all(Array.from({ length: 40 }, () => endpoint.complete(request, never)));
    assert.deepEqual([light.seen.length, heavy.seen.length], [10, 30]);
  });

  it('is asked at the others, without a failure, while one cannot be reached', async () => {
    const alive = await serverWith();
    const endpoint = endpointOf({ url: await deadUrl(), weight: 3 }, { url: alive.url, weight: 1 });
    const responses = await Promise.all(Array.from({ length: 20 }, () => endpoint.complete(request, never)));
    assert.equal(responses.length, 20);
    assert.equal(alive.seen.length, 20);
    assert.equal((await endpoint.capabilities(never)).usage, true);
  });

  it('is asked at the others while one asks to be left alone', async () => {
    const throttled = await serverWith({ kind: 'status', status: 429, headers: { 'retry-after': '600' } });
    const open = await serverWith();
    const endpoint = endpointOf({ url: throttled.url, weight: 1 }, { url: open.url, weight: 1 });
    await assert.rejects(endpoint.complete(request, never), TransientError);
    for (let index = 0; index < 5; index++) await endpoint.complete(request, never);
    assert.deepEqual([throttled.seen.length, open.seen.length], [1, 5]);
  });

  const hangs = Array.from({ length: 10 }, () => ({ kind: 'hang' }) as const);

  it('honours what those honour that answer, long before one that accepts and never answers is given up', async () => {
    const [hanging, alive] = [await serverWith(...hangs), await serverWith()];
    const endpoint = endpointOf(
      { url: hanging.url, weight: 1, timeout: 600 },
      { url: alive.url, weight: 1, timeout: 600 },
    );
    const start = performance.now();
    assert.equal((await endpoint.capabilities(never)).usage, true);
    assert.ok(performance.now() - start < 60_000);
    assert.equal(hanging.seen.length, 1);
  });

  it('is asked at the others once one let three requests in a row run into their time-out', async () => {
    const [hanging, alive] = [await serverWith(...hangs), await serverWith()];
    const endpoint = endpointOf({ url: hanging.url, weight: 1, timeout: 0.2 }, { url: alive.url, weight: 1 });
    // Shares are even, so three of six are lost.
    for (let tries = 0; tries < 6; tries++) await endpoint.complete(request, never).catch(() => undefined);
    const before = alive.seen.length;
    await Promise.all(Array.from({ length: 20 }, () => endpoint.complete(request, never)));
    assert.deepEqual([hanging.seen.length, alive.seen.length - before], [3, 20]);
  });

  it('fails with what may be mended where none can be reached', async () => {
    const endpoint = endpointOf({ url: await deadUrl(), weight: 1 }, { url: await deadUrl(), weight: 1 });
    await assert.rejects(
      endpoint.complete(request, never),
      (error) => error instanceof TransientError && /Nothing answers/.test(error.message),
    );
  });

  it('fails for good where one server refuses its key', async () => {
    const picky = await startPickyChatServer({ key: 'sk-right', schemaForm: 'nested' });
    servers.push(picky);
    const endpoint = endpointOf(
      { url: picky.url, weight: 1, apiKey: 'sk-right' },
      { url: picky.url, weight: 1, apiKey: 'sk-wrong' },
    );
    await endpoint.complete(request, never);
    await assert.rejects(endpoint.complete(request, never), { type: 'RequestRefused' });
    await assert.rejects(endpoint.capabilities(never), { type: 'RequestRefused', message: /401/ });
  });

  it('honours what all of them honour, each asked in its own form', async () => {
    const nested = await startPickyChatServer({ schemaForm: 'nested', models: ['small', 'big'] });
    const topLevel = await startPickyChatServer({
      schemaForm: 'top-level',
      models: ['other', 'small'],
      ignores: ['n'],
    });
    servers.push(nested, topLevel);
    const endpoint = endpointOf({ url: nested.url, weight: 1 }, { url: topLevel.url, weight: 1 });
    assert.deepEqual(await endpoint.capabilities(never), {
      choices: false,
      seed: 'accepted',
      logprobs: true,
      schema: 'nested',
      usage: true,
      models: ['small'],
    });
    const shaped = { ...request, responseSchema: { name: 'verdict', schema: { type: 'object' } } };
    for (let index = 0; index < 2; index++) {
      assert.equal(contentOf(await endpoint.complete(shaped, never)), '{"ok": true}');
    }
    assert.ok('json_schema' in (nested.asked.at(-1)!['response_format'] as object));
    assert.ok('schema' in (topLevel.asked.at(-1)!['response_format'] as object));
  });
});
