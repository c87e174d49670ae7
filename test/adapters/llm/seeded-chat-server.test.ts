// The server that long campaigns are judged by is itself judged here: its draws and its accounts.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { UnusableAnswer } from '../../../activities/ports/language-model.ts';
import type { ChatRequest } from '../../../activities/ports/language-model.ts';
import { createAdmission } from '../../../adapters/llm/admission.ts';
import { createChatEndpoint } from '../../../adapters/llm/chat-endpoint.ts';
import type { PacedChatEndpoint } from '../../../adapters/llm/chat-endpoint.ts';
import { createChatServer } from '../../../adapters/llm/chat-server.ts';
import { connect } from '../../../adapters/llm/server-connection.ts';
import { TransientError } from '../../../contracts/failures.ts';
import { answer } from '../../helpers/echo-answers.ts';
import { startFaultyChatProcess } from '../../helpers/faulty-chat-process.ts';
import { countTokens, seededFaults, startSeededChatServer } from '../../helpers/seeded-chat-server.ts';
import type { Accounting, SeededChatServer, SeededSettings } from '../../helpers/seeded-chat-server.ts';

const never = new AbortController().signal;
const servers: SeededChatServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

async function serverThat(settings: Partial<SeededSettings>): Promise<SeededChatServer> {
  const server = await startSeededChatServer({ seed: 's', answer, ...settings });
  servers.push(server);
  return server;
}

function clientOf(url: string, timeoutSeconds = 5): PacedChatEndpoint {
  const connection = connect({ url, model: 'small', apiKey: () => undefined, timeoutSeconds });
  return createChatEndpoint([{ ...createChatServer(connection, createAdmission()), weight: 1 }]);
}

function question(index: number): ChatRequest {
  return {
    model: 'small',
    messages: [{ role: 'user', content: `question ${index}` }],
    sampling: { temperature: 0.7, topP: 0.95, maxTokens: 64 },
    seed: index,
  };
}

/** Asks until an answer comes that can be used; what the client knows to have been billed meanwhile. */
async function insist(
  client: PacedChatEndpoint,
  request: ChatRequest,
): Promise<{ content: string; failedTokens: number }> {
  let failedTokens = 0;
  for (;;) {
    try {
      const { choices } = await client.complete(request, never);
      return { content: choices[0]!.content, failedTokens };
    } catch (error) {
      if (error instanceof UnusableAnswer)
        failedTokens += error.failedTry.promptTokens + error.failedTry.completionTokens;
      else if (!(error instanceof TransientError)) throw error;
    }
  }
}

function billedFor(accounting: Accounting, ...faults: (keyof Accounting['failed'])[]): number {
  return faults.reduce((sum, fault) => sum + accounting.failed[fault].prompt + accounting.failed[fault].completion, 0);
}

const shares = Object.fromEntries(seededFaults.map((fault) => [fault, fault === 'hang' ? 0.005 : 0.04]));

describe('a campaign of requests against a server with faults by seed', () => {
  it('gets every answer, and both sides count the same tokens', async () => {
    const server = await serverThat({ shares, retryAfterMilliseconds: 5 });
    const client = clientOf(server.url, 3);
    const all = await Promise.all(Array.from({ length: 400 }, (_, index) => insist(client, question(index))));
    assert.deepEqual(
      all.map(({ content }) => content),
      all.map((_, index) => `question ${index}/${index}/0`),
    );
    const accounting = server.accounting();
    assert.equal(accounting.different, 400);
    assert.equal(accounting.whole.requests, 400);
    assert.equal(accounting.repeated.requests, 0);
    const expected = all.map(
      (_, index) => countTokens(`question ${index}`) + countTokens(`question ${index}/${index}/0`),
    );
    assert.equal(
      accounting.whole.prompt + accounting.whole.completion,
      expected.reduce((sum, tokens) => sum + tokens, 0),
    );
    const known = all.reduce((sum, { failedTokens }) => sum + failedTokens, 0);
    assert.ok(known > 0);
    assert.equal(known, billedFor(accounting, 'cut', 'truncated', 'wrong-schema', 'no-choices'));
    assert.ok(billedFor(accounting, 'cut') > 0);
    assert.equal(billedFor(accounting, 'throttled', 'throttled-with-wait', 'error', 'hang'), 0);
    for (const fault of seededFaults) assert.ok(accounting.failed[fault].requests > 0, fault);
  });

  it('meets the same faults in whatever order it asks', async () => {
    const counts: Accounting[] = [];
    for (const order of [(index: number) => index, (index: number) => 99 - index]) {
      const server = await serverThat({ shares: { error: 0.2, 'no-choices': 0.2 } });
      const client = clientOf(server.url);
      await Promise.all(Array.from({ length: 100 }, (_, index) => insist(client, question(order(index)))));
      counts.push(server.accounting());
    }
    assert.deepEqual(counts[0], counts[1]);
    assert.ok(counts[0]!.failed.error.requests > 10);
  });

  it('sees what is paid twice, and keeps probes apart', async () => {
    const server = await serverThat({ models: ['small'] });
    const client = clientOf(server.url);
    const { choices, seed, logprobs, schema, usage, models } = await client.capabilities(never);
    assert.deepEqual(
      [choices, seed, logprobs, schema, usage, models],
      [true, 'accepted', true, 'nested', true, ['small']],
    );
    const { choices: two } = await client.complete(question(1), never, { choices: 2 });
    assert.deepEqual(
      two.map(({ content }) => content),
      ['question 1/1/0', 'question 1/1/1'],
    );
    await client.complete(question(2), never);
    await client.complete(question(2), never);
    const accounting = server.accounting();
    assert.deepEqual([accounting.requests, accounting.different], [3, 2]);
    assert.equal(accounting.repeated.requests, 1);
    assert.equal(accounting.probes.requests, 1);
  });

  it('faults probes too, and what is learnt of the server is no fault', async () => {
    const faulty = { error: 0.1, cut: 0.1, truncated: 0.1, 'wrong-schema': 0.1, 'no-choices': 0.1, throttled: 0.1 };
    for (let seed = 0; seed < 12; seed++) {
      const server = await serverThat({ seed: `probes/${seed}`, shares: faulty });
      const client = clientOf(server.url);
      const ask = async (): ReturnType<typeof client.capabilities> => {
        try {
          return await client.capabilities(never);
        } catch (error) {
          if (!(error instanceof TransientError)) throw error;
          return ask();
        }
      };
      const { choices, seed: taken, logprobs, schema, usage } = await ask();
      assert.deepEqual([choices, taken, logprobs, schema, usage], [true, 'accepted', true, 'nested', true]);
      assert.equal(server.accounting().requests, 0);
    }
  });

  it('can draw by the order of arrival', async () => {
    const server = await serverThat({ shares: { error: 0.5 }, drawnBy: 'number' });
    const client = clientOf(server.url);
    for (let index = 0; index < 50; index++) await insist(client, question(0));
    const { failed, whole } = server.accounting();
    assert.equal(whole.requests, 50);
    assert.ok(failed.error.requests > 20 && failed.error.requests < 90, String(failed.error.requests));
  });

  it('runs as a process of its own that tells its accounts', async () => {
    const answers = new URL('../../helpers/echo-answers.ts', import.meta.url).pathname;
    const server = await startFaultyChatProcess({ seed: 's', answers, latencyMilliseconds: 5 });
    const { choices } = await clientOf(server.url).complete(question(3), never);
    assert.equal(choices[0]!.content, 'question 3/3/0');
    const { requests, whole } = await server.accounting();
    assert.deepEqual([requests, whole.requests], [1, 1]);
    await server.stop();
  });
});
