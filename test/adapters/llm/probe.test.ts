import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { probeEndpoint } from '../../../adapters/llm/probe-endpoint.ts';
import { probeServer } from '../../../adapters/llm/probe.ts';
import type { ServerManners } from '../../../adapters/llm/probe.ts';
import { connect } from '../../../adapters/llm/server-connection.ts';
import { TransientError } from '../../../contracts/failures.ts';
import { startFaultyChatServer } from '../../helpers/faulty-chat-server.ts';
import type { ChatFault } from '../../helpers/faulty-chat-server.ts';
import { startPickyChatServer } from '../../helpers/picky-chat-server.ts';
import type { PickyChatServer, PickySettings } from '../../helpers/picky-chat-server.ts';

const never = new AbortController().signal;
const servers: { close(): Promise<void> }[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

async function serverThat(settings: PickySettings): Promise<PickyChatServer> {
  const server = await startPickyChatServer(settings);
  servers.push(server);
  return server;
}

function probe(url: string, model = 'small', key?: string): Promise<ServerManners> {
  return probeServer(connect({ url, model, apiKey: () => key }), never);
}

const able = { choices: true, seed: 'accepted', logprobs: true, schema: 'nested', usage: true, models: null } as const;

describe('what a server honours', () => {
  const cases: [string, PickySettings, Partial<ServerManners['capabilities']>, number][] = [
    ['everything', { models: ['small', 'big'], schemaForm: 'nested' }, { models: ['small', 'big'] }, 1],
    ['all but n, as Ollama', { ignores: ['n'], schemaForm: 'nested' }, { choices: false }, 1],
    ['no logprobs', { ignores: ['logprobs'], schemaForm: 'nested' }, { logprobs: false }, 1],
    ['no usage', { usage: false, schemaForm: 'nested' }, { usage: false }, 1],
    ['the schema of llama.cpp', { schemaForm: 'top-level' }, { schema: 'top-level' }, 2],
    ['no schema', {}, { schema: null }, 2],
    ['a schema that a thinking model did not come to', { thinks: true }, {}, 1],
    ['no n at all', { refuses: ['n'], schemaForm: 'nested' }, { choices: false }, 6],
    ['no seed at all', { refuses: ['seed'], schemaForm: 'nested' }, { seed: 'refused' }, 6],
    [
      'neither seed nor schema, with 422',
      { refuses: ['seed', 'response_format'], refusalStatus: 422 },
      { seed: 'refused', schema: null },
      7,
    ],
    [
      'no logprobs, with 500',
      { refuses: ['logprobs'], refusalStatus: 500, schemaForm: 'nested' },
      { logprobs: false },
      10,
    ],
  ];
  for (const [name, settings, expected, questions] of cases) {
    it(`is seen by ${questions} questions: ${name}`, async () => {
      const server = await serverThat(settings);
      const { capabilities, forms } = await probe(server.url);
      assert.deepEqual(capabilities, { ...able, ...expected });
      assert.equal(forms.tokenLimit, 'max_tokens');
      assert.equal(server.asked.length, questions);
    });
  }

  it('includes the name that it wants the limit of tokens by', async () => {
    const server = await serverThat({ refuses: ['max_tokens'], schemaForm: 'nested' });
    const { capabilities, forms } = await probe(server.url);
    assert.deepEqual(capabilities, able);
    assert.equal(forms.tokenLimit, 'max_completion_tokens');
  });

  it('is asked for in a few tokens', async () => {
    const server = await serverThat({ schemaForm: 'nested' });
    await probe(server.url);
    assert.equal(server.asked[0]!['max_tokens'], 32);
  });
});

describe('a probe that fails', () => {
  const listed = ['llama-3-8b-instruct', 'qwen2.5-0.5b-instruct', 'mistral-7b'];

  it('names the nearest models where the list has not the one that is asked for, and asks nothing', async () => {
    const server = await serverThat({ models: listed });
    await assert.rejects(probe(server.url, 'qwen2.5-0.5b-instuct'), {
      type: 'RequestRefused',
      message:
        /does not know model "qwen2.5-0.5b-instuct" at .*the nearest of its 3 models: qwen2.5-0.5b-instruct, llama/,
    });
    assert.equal(server.asked.length, 0);
  });

  it('takes a name without the tag that Ollama lists it by', async () => {
    const server = await serverThat({ models: ['small:latest'], schemaForm: 'nested' });
    assert.deepEqual((await probe(server.url)).capabilities.models, ['small:latest']);
  });

  it('says what a server without a list says of an unknown model', async () => {
    const server = await serverThat({ serves: ['big'] });
    await assert.rejects(probe(server.url), { type: 'RequestRefused', message: /model small does not exist/ });
  });

  it('is for good with a wrong key', async () => {
    const server = await serverThat({ key: 'sk-right', models: listed });
    await assert.rejects(probe(server.url, 'small', 'sk-wrong'), {
      type: 'RequestRefused',
      message: /401.*\n.*apiKey/,
    });
  });

  it('says what the server says where even the plain question is refused', async () => {
    const server = await serverThat({ refuses: ['temperature'] });
    await assert.rejects(probe(server.url), { type: 'RequestRefused', message: /Unsupported parameter: temperature/ });
  });

  const good = { message: { role: 'assistant', content: '{"ok": true}' }, finish_reason: 'stop' };
  const whole = JSON.stringify({
    choices: [0, 1].map((index) => ({ index, ...good, logprobs: { content: [] } })),
    usage: { prompt_tokens: 3, completion_tokens: 2 },
  });
  const faults: [string, ChatFault][] = [
    ['JSON that is cut short', { kind: 'body', body: whole.slice(0, -3) }],
    ['a broken connection', { kind: 'cut' }],
    ['another shape', { kind: 'body', body: '{"text":"Hello!"}' }],
    ['no choices', { kind: 'body', body: '{"choices":[]}' }],
    ['an error of the server', { kind: 'status', status: 500 }],
  ];
  for (const [name, fault] of faults) {
    it(`is asked again and not believed: ${name}`, async () => {
      const server = await startFaultyChatServer([fault, fault, { kind: 'body', body: whole }]);
      servers.push(server);
      assert.deepEqual((await probe(server.url)).capabilities, able);
      assert.equal(server.seen.length, 3);
    });
  }

  it('is asked again and not believed: two errors while things are asked one by one', async () => {
    const refused = { kind: 'status', status: 400 } as const;
    const error = { kind: 'status', status: 500 } as const;
    const fine = { kind: 'body', body: whole } as const;
    // Together, the plain question, the schema, the choices; then two errors before the seed is taken.
    const server = await startFaultyChatServer([refused, fine, fine, fine, error, error, fine, fine]);
    servers.push(server);
    assert.deepEqual((await probe(server.url)).capabilities, able);
  });

  it('may be mended by waiting when no chat completion comes, unless a page comes that is no JSON', async () => {
    const three = (body: string): ChatFault[] => Array.from({ length: 3 }, () => ({ kind: 'body', body }));
    const busy = await startFaultyChatServer(three('{"error":"loading"}'));
    const page = await startFaultyChatServer(three('<html>Welcome</html>'));
    servers.push(busy, page);
    await assert.rejects(
      probe(busy.url),
      (error) => error instanceof TransientError && /no chat completion 3 times.*loading/.test(error.message),
    );
    await assert.rejects(probe(page.url), { type: 'RequestRefused', message: /Welcome.*\n.*most end in \/v1/ });
  });

  it('may be mended by waiting when the server is busy', async () => {
    const server = await startFaultyChatServer([{ kind: 'status', status: 429, headers: { 'retry-after': '3' } }]);
    servers.push(server);
    await assert.rejects(
      probe(server.url),
      (error) => error instanceof TransientError && error.retryAfterSeconds === 3,
    );
  });
});

describe('a probe of an endpoint', () => {
  it('reports on every server that is not embedded, problems too', async () => {
    const good = await serverThat({ schemaForm: 'nested' });
    const closed = await serverThat({ key: 'sk-right' });
    const endpoint = {
      model: 'small',
      route: 'chat',
      servers: [
        { url: good.url, weight: 1 },
        { url: closed.url, weight: 1, apiKey: 'env:KEY' },
        { url: 'embedded', weight: 1 },
        { url: 'http://127.0.0.1:1/v1', weight: 1 },
        { url: good.url, weight: 1, apiKey: 'env:ABSENT' },
      ],
    } as const;
    const reports = await probeEndpoint(endpoint, { KEY: 'sk-wrong' });
    assert.deepEqual(reports[0], { server: good.url, capabilities: able });
    const problems = reports.slice(1).map((report) => ('problem' in report ? report.problem : 'none'));
    assert.equal(problems.length, 3);
    assert.match(problems[0]!, /HTTP 401/);
    assert.match(problems[1]!, /ECONNREFUSED/);
    assert.match(problems[2]!, /ABSENT, which is not set/);
  });

  it('finds a schema that the server rejects', async () => {
    const server = await serverThat({ schemaForm: 'nested', refusedProperty: 'patternProperties' });
    const endpoint = { model: 'small', route: 'chat', servers: [{ url: server.url, weight: 1 }] } as const;
    const taken = { name: 'taken', schema: { type: 'object' } };
    const rejected = { name: 'rejected', schema: { type: 'object', patternProperties: {} } };
    assert.ok('capabilities' in (await probeEndpoint(endpoint, {}, [taken]))[0]!);
    const [report] = await probeEndpoint(endpoint, {}, [taken, rejected]);
    assert.ok(report && 'problem' in report);
    assert.match(report.problem, /schema "rejected": HTTP 400 .*Invalid schema: patternProperties/);
  });

  it('throws nothing but reports', async () => {
    const [report] = await probeEndpoint({ model: 'm', route: 'chat', servers: [{ url: 'ftp://x', weight: 1 }] }, {});
    assert.ok(report && 'problem' in report);
    assert.match(report.problem, /must be `embedded` or an http/);
  });
});
