import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { BatchAnswer, BatchEndpoint, ChatRequest } from '../../../activities/ports/language-model.ts';
import { createBatchEndpoint } from '../../../adapters/llm/batch-endpoint.ts';
import { usualForms } from '../../../adapters/llm/chat-body.ts';
import type { RequestForms } from '../../../adapters/llm/chat-body.ts';
import { connect } from '../../../adapters/llm/server-connection.ts';
import { TransientError } from '../../../contracts/failures.ts';
import { startBatchServer } from '../../helpers/batch-server.ts';
import type { BatchServer, BatchServerSettings } from '../../helpers/batch-server.ts';
import { startFaultyChatServer } from '../../helpers/faulty-chat-server.ts';

const never = new AbortController().signal;
const servers: { close(): Promise<void> }[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

interface Filed {
  readonly customId: string;
  readonly request: ChatRequest;
}

function requests(count: number, start = 0): Filed[] {
  return Array.from({ length: count }, (_, index) => ({
    customId: `q${start + index}`,
    request: {
      model: 'small',
      messages: [{ role: 'user', content: `question ${start + index} \u00fc` }],
      sampling: { temperature: 0.7, topP: 0.95, maxTokens: 64 },
      seed: index,
    },
  }));
}

async function serverThat(settings: BatchServerSettings = {}): Promise<BatchServer> {
  const server = await startBatchServer(settings);
  servers.push(server);
  return server;
}

interface Behind {
  readonly url: string;
  readonly weight?: number;
  readonly forms?: RequestForms;
}

function endpointOf(...servers: Behind[]): BatchEndpoint {
  return createBatchEndpoint(
    servers.map(({ url, weight = 1, forms = usualForms }) => ({
      connection: connect({ url, model: 'small', apiKey: () => 'sk-secret' }),
      weight,
      forms: () => Promise.resolve(forms),
    })),
  );
}

async function outcome(settings: BatchServerSettings, count = 4): Promise<Map<string, BatchAnswer>> {
  const endpoint = endpointOf(await serverThat({ looks: 0, ...settings }));
  const handle = await endpoint.submit(requests(count), never);
  assert.equal((await endpoint.poll(handle, never)).state, 'ended');
  const answers = await endpoint.collect(handle, never);
  assert.equal(new Set(answers.map(({ customId }) => customId)).size, answers.length);
  return new Map(answers.map((answer) => [answer.customId, answer]));
}

function wordsOf(answers: ReadonlyMap<string, BatchAnswer>): Record<string, string> {
  const word = (answer: BatchAnswer): string =>
    'failure' in answer ? answer.failure : answer.response.choices.map(({ content }) => content).join();
  return Object.fromEntries([...answers].sort().map(([id, answer]) => [id, word(answer)]));
}

describe('a batch', () => {
  it('is filed as lines of whole chat requests, and answers are told apart by their ids', async () => {
    const server = await serverThat({ looks: 1 });
    const endpoint = endpointOf(server);
    const handle = await endpoint.submit(requests(3), never);
    assert.deepEqual(handle, { server: server.url, id: 'batch-1' });
    const lines = server.files.get('file-1')!.trim().split('\n');
    assert.deepEqual(JSON.parse(lines[1]!), {
      custom_id: 'q1',
      method: 'POST',
      url: '/v1/chat/completions',
      body: {
        model: 'small',
        messages: [{ role: 'user', content: 'question 1 \u00fc' }],
        temperature: 0.7,
        top_p: 0.95,
        max_tokens: 64,
        seed: 1,
      },
    });
    assert.deepEqual(await endpoint.poll(handle, never), {
      state: 'running',
      completed: 0,
      total: 3,
      detail: 'in_progress',
    });
    assert.equal((await endpoint.poll(handle, never)).detail, 'completed');
    const answers = await endpoint.collect(handle, never);
    assert.deepEqual(
      answers.map(({ customId }) => customId),
      ['q2', 'q1', 'q0'],
    );
    const first = answers[0]!;
    assert.ok('response' in first);
    assert.equal(first.response.choices[0]!.content, 'answer to question 2 \u00fc');
    assert.equal(first.response.usage.completionTokens, 5);
  });

  it('cannot be collected before it has ended', async () => {
    const endpoint = endpointOf(await serverThat({ looks: 5 }));
    const handle = await endpoint.submit(requests(1), never);
    await assert.rejects(
      endpoint.collect(handle, never),
      (error) => error instanceof TransientError && /batch-1.*in_progress/.test(error.message),
    );
  });

  const fates: [string, BatchServerSettings, Record<string, string>][] = [
    [
      'with requests that were refused, and with answers that cannot be used',
      { fate: (id) => (id === 'q0' ? 'refused' : id === 'q1' ? 'unusable' : 'answered') },
      {
        q0: 'HTTP 400: {"error":{"message":"too long"}}',
        q1: 'unusable answer: it has not the shape of a chat completion (choices: none)',
        q2: 'answer to question 2 \u00fc',
        q3: 'answer to question 3 \u00fc',
      },
    ],
    [
      'that expired, with the answers that came in time',
      { ending: 'expired', fate: (id) => (id < 'q2' ? 'answered' : 'left') },
      {
        q0: 'answer to question 0 \u00fc',
        q1: 'answer to question 1 \u00fc',
        q2: 'the batch expired before this request was answered',
        q3: 'the batch expired before this request was answered',
      },
    ],
    [
      'that failed as a whole',
      { ending: 'failed' },
      Object.fromEntries(
        ['q0', 'q1', 'q2', 'q3'].map((id) => [
          id,
          'the batch failed before this request was answered: the file is no good',
        ]),
      ),
    ],
    [
      'that was cancelled',
      { ending: 'cancelled', fate: (id) => (id === 'q3' ? 'answered' : 'left') },
      {
        ...Object.fromEntries(
          ['q0', 'q1', 'q2'].map((id) => [id, 'the batch cancelled before this request was answered']),
        ),
        q3: 'answer to question 3 \u00fc',
      },
    ],
  ];
  for (const [name, settings, expected] of fates) {
    it(`gives one word for every request of one ${name}`, async () => {
      assert.deepEqual(wordsOf(await outcome(settings)), expected);
    });
  }

  it('is found again when the same requests are filed once more, on whatever page and server it is', async () => {
    const first = await serverThat({ page: 1, looks: 9 });
    const second = await serverThat({ page: 1, looks: 9 });
    const handle = await endpointOf(second).submit(requests(2), never);
    for (let index = 1; index < 4; index++) await endpointOf(second).submit(requests(2, 10 * index), never);
    const again = await endpointOf(first, second).submit(requests(2), never);
    assert.deepEqual(again, handle);
    assert.equal(first.batches.length, 0);
    assert.equal(second.batches.length, 4);
  });

  it('is filed anew where the one that was found ended without an answer', async () => {
    const server = await serverThat({ looks: 0, ending: 'failed' });
    const endpoint = endpointOf(server);
    const handle = await endpoint.submit(requests(2), never);
    await endpoint.poll(handle, never);
    assert.notDeepEqual(await endpoint.submit(requests(2), never), handle);
  });

  it('is filed anew where the one that was found is known to have ended, with answers that could not be used', async () => {
    const server = await serverThat({ looks: 0, fate: () => 'unusable' });
    const endpoint = endpointOf(server);
    const handle = await endpoint.submit(requests(2), never);
    await endpoint.poll(handle, never);
    assert.deepEqual(await endpoint.submit(requests(2), never), handle, 'whoever does not know of it finds it');
    const next = await endpoint.submit(requests(2), never, [handle]);
    assert.equal(next.id, 'batch-2');
    await endpoint.poll(next, never);
    assert.equal((await endpoint.submit(requests(2), never, [handle, next])).id, 'batch-3');
  });

  it('has ended, without an answer, when the vendor knows it no more', async () => {
    const server = await serverThat({ looks: 0 });
    const endpoint = endpointOf(server);
    const handle = await endpoint.submit(requests(2), never);
    server.batches.pop();
    assert.deepEqual(await endpoint.poll(handle, never), {
      state: 'ended',
      completed: 0,
      total: 0,
      detail: 'the server does not know it any more',
    });
    assert.deepEqual(await endpoint.collect(handle, never), []);
  });

  it('has no answers any more when the vendor deleted its files', async () => {
    const server = await serverThat({ looks: 0 });
    const endpoint = endpointOf(server);
    const handle = await endpoint.submit(requests(2), never);
    await endpoint.poll(handle, never);
    server.files.clear();
    assert.deepEqual(await endpoint.collect(handle, never), []);
  });

  it('is filed in the forms that its server takes, under the name of its requests', async () => {
    const forms: RequestForms = { seed: 'refused', schema: null, tokenLimit: 'max_completion_tokens' };
    const server = await serverThat({ looks: 9 });
    const handle = await endpointOf({ url: server.url, forms }).submit(requests(2), never);
    const line = JSON.parse(server.files.get('file-1')!.split('\n')[0]!) as { body: Record<string, unknown> };
    assert.deepEqual(
      [line.body['max_completion_tokens'], line.body['max_tokens'], line.body['seed']],
      [64, undefined, undefined],
    );
    assert.deepEqual(await endpointOf(server).submit(requests(2), never), handle);
  });

  it('goes to a server by weight', async () => {
    const [light, heavy] = [await serverThat(), await serverThat()];
    const endpoint = endpointOf({ url: light.url, weight: 1 }, { url: heavy.url, weight: 9 });
    for (let index = 0; index < 40; index++) await endpoint.submit(requests(1, index), never);
    assert.equal(light.batches.length + heavy.batches.length, 40);
    assert.ok(light.batches.length >= 1 && light.batches.length <= 10, String(light.batches.length));
  });
});

describe('a batch that cannot be filed', () => {
  const big = requests(3).map((one) => ({
    ...one,
    request: { ...one.request, messages: [{ role: 'user' as const, content: 'x'.repeat(80_000_000) }] },
  }));
  const cases: [string, Filed[], RegExp][] = [
    ['of too many requests', requests(50_001), /50001 requests and a file holds 50000 at most/],
    ['of too many bytes', big, /first 3 of 3 requests take more than 200000000 bytes/],
    ['of two requests by one name', [...requests(1), ...requests(1)], /same id/],
    ['of no requests', [], /no requests/],
  ];
  for (const [name, filed, message] of cases) {
    it(`is refused for good: one ${name}`, async () => {
      await assert.rejects(endpointOf({ url: 'http://127.0.0.1:1/v1' }).submit(filed, never), {
        type: 'RequestRefused',
        message,
      });
    });
  }

  it('says that a server has no batches', async () => {
    const server = await startFaultyChatServer([]);
    servers.push(server);
    await assert.rejects(endpointOf(server).submit(requests(1), never), {
      type: 'RequestRefused',
      message: /HTTP 404.*\n.*\n.*no batch interface: then write route: chat/,
    });
  });

  it('says that no server can take it', async () => {
    await assert.rejects(endpointOf().submit(requests(1), never), { type: 'InvalidConfig' });
  });

  it('says that the server of a batch is gone from the campaign file', async () => {
    const handle = { server: 'http://elsewhere/v1', id: 'batch-1' };
    await assert.rejects(endpointOf().poll(handle, never), { type: 'InvalidConfig', message: /http:\/\/elsewhere/ });
  });

  it('may be mended by waiting while the vendor is away', async () => {
    await assert.rejects(endpointOf({ url: 'http://127.0.0.1:1/v1' }).submit(requests(1), never), TransientError);
  });
});
