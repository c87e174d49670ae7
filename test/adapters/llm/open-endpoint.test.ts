import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ChatRequest } from '../../../activities/ports/language-model.ts';
import { createEndpoints } from '../../../adapters/llm/open-endpoint.ts';
import { pullLanguageModel } from '../../../adapters/models/pull.ts';
import type { Endpoint } from '../../../contracts/campaign.ts';
import { PermanentError } from '../../../contracts/failures.ts';
import { startFaultyChatServer } from '../../helpers/faulty-chat-server.ts';
import { writeTinyGguf } from '../../helpers/tiny-gguf.ts';

const request: ChatRequest = {
  model: 'tiny',
  messages: [{ role: 'user', content: 'two and two?' }],
  sampling: { temperature: 0.7, topP: 0.95, maxTokens: 8 },
  seed: 7,
};
const never = new AbortController().signal;
const noModel = (): Promise<string> => Promise.reject(new Error('no model here'));

function endpointAt(url: string, rest: Partial<Endpoint> & { readonly apiKey?: string } = {}): Endpoint {
  const { apiKey, ...others } = rest;
  const server = { url, weight: 1, ...(apiKey === undefined ? {} : { apiKey }) };
  return { model: 'tiny', servers: [server], route: 'chat', ...others };
}

describe('opening an endpoint', () => {
  it('reads the key from the environment at every call', async () => {
    const server = await startFaultyChatServer([]);
    const environment: Record<string, string> = { KEY: ' sk-one\n' };
    const open = createEndpoints({ embeddedModelFile: noModel, environment });
    const endpoint = await open(endpointAt(server.url, { apiKey: 'env:KEY' }));
    await endpoint.chat.complete(request, never);
    environment['KEY'] = 'sk-two';
    await endpoint.chat.complete(request, never);
    assert.deepEqual(
      server.seen.map(({ headers }) => headers.authorization),
      ['Bearer sk-one', 'Bearer sk-two'],
    );
    delete environment['KEY'];
    await assert.rejects(endpoint.chat.complete(request, never), { type: 'InvalidConfig' });
    await server.close();
  });

  it('gives the same client, and so the same pace, for the same endpoint', async () => {
    const open = createEndpoints({ embeddedModelFile: noModel });
    const endpoint = endpointAt('http://localhost:1/v1');
    assert.equal(await open(endpoint), await open({ ...endpoint }));
    assert.notEqual(await open(endpoint), await open({ ...endpoint, model: 'other' }));
  });

  it('keeps one pace for a server that stands in two endpoints', async () => {
    const throttled = await startFaultyChatServer([{ kind: 'status', status: 429, headers: { 'retry-after': '300' } }]);
    const open = createEndpoints({ embeddedModelFile: noModel });
    const alone = await open(endpointAt(throttled.url));
    const among = await open({
      ...endpointAt(throttled.url),
      servers: [
        { url: throttled.url, weight: 1 },
        { url: 'http://127.0.0.1:1/v1', weight: 2 },
      ],
    });
    await assert.rejects(alone.chat.complete(request, never), /429/);
    await assert.rejects(alone.chat.complete(request, never), /closed for 300 s/);
    await assert.rejects(among.chat.complete(request, never), /ECONNREFUSED/);
    assert.equal(throttled.seen.length, 1);
    await throttled.close();
  });

  it('gives up after the time-out of the endpoint, at the pace that other time-outs share', async () => {
    const server = await startFaultyChatServer([
      { kind: 'hang' },
      { kind: 'status', status: 429, headers: { 'retry-after': '300' } },
    ]);
    const open = createEndpoints({ embeddedModelFile: noModel });
    const hasty = await open(endpointAt(server.url, { timeoutSeconds: 0.1 }));
    const patient = await open(endpointAt(server.url));
    assert.notEqual(hasty, patient);
    await assert.rejects(hasty.chat.complete(request, never), /within 0.1 s/);
    await assert.rejects(patient.chat.complete(request, never), /429/);
    await assert.rejects(hasty.chat.complete(request, never), /closed for 300 s/);
    await server.close();
  });

  it('files no batches with an embedded model', async () => {
    const { batch } = await createEndpoints({ embeddedModelFile: noModel })({ ...endpointAt('embedded'), servers: [] });
    await assert.rejects(batch.submit([{ customId: 'a', request }], never), { type: 'InvalidConfig' });
  });

  it('refuses a missing key by the name of its variable', async () => {
    const open = createEndpoints({ embeddedModelFile: noModel, environment: {} });
    await assert.rejects(open(endpointAt('http://localhost:1/v1', { apiKey: 'env:NO_SUCH_KEY' })), {
      type: 'InvalidConfig',
      message: /http:..localhost:1.v1.*NO_SUCH_KEY, which is not set/,
    });
  });

  it('refuses a key written into the campaign file without showing it', async () => {
    const open = createEndpoints({ embeddedModelFile: noModel, environment: {} });
    const failure: unknown = await open(endpointAt('http://localhost:1/v1', { apiKey: 'sk-secret' })).catch(
      (error: unknown) => error,
    );
    assert.ok(failure instanceof PermanentError && failure.type === 'InvalidConfig');
    assert.doesNotMatch(failure.message, /sk-secret/);
  });

  it('starts the embedded server once and speaks to it like to any other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'diffract-endpoint-'));
    const modelFile = join(folder, 'tiny.gguf');
    await writeTinyGguf(modelFile);
    const askedFor: string[] = [];
    const open = createEndpoints({
      embeddedModelFile: async (model) => {
        askedFor.push(model);
        return modelFile;
      },
    });
    const endpoints = await Promise.all([1, 2, 3].map(() => open(endpointAt('embedded'))));
    const responses = await Promise.all(endpoints.map((endpoint) => endpoint.chat.complete(request, never)));
    assert.deepEqual(askedFor, ['tiny']);
    assert.equal(new Set(endpoints).size, 1);
    assert.deepEqual(responses[1], responses[0]);
    assert.deepEqual(responses[2], responses[0]);
    assert.ok(responses[0]!.usage.completionTokens > 0);
    const { models, usage, schema } = await endpoints[0]!.chat.capabilities(never);
    assert.ok(models?.includes('tiny'));
    assert.deepEqual([usage, schema], [true, 'nested']);
    await open.close();
    await rm(folder, { recursive: true });
  });

  it('refuses an encoder by name before it downloads it', async () => {
    const open = createEndpoints({
      embeddedModelFile: (model) => pullLanguageModel(model, { python: '/absent/python' }),
    });
    await assert.rejects(open(endpointAt('embedded', { model: 'all-minilm-l6-v2' })), {
      type: 'UnsupportedModel',
      message: /"all-minilm-l6-v2" is an encoder.*; expected a language model/,
    });
  });

  it('tries again to start the embedded server when the model could not be fetched', async () => {
    let calls = 0;
    const open = createEndpoints({
      embeddedModelFile: () => {
        calls += 1;
        return noModel();
      },
    });
    await assert.rejects(open(endpointAt('embedded')), /no model here/);
    await assert.rejects(open(endpointAt('embedded')), /no model here/);
    assert.equal(calls, 2);
  });
});
