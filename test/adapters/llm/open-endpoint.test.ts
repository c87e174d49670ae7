import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ChatRequest } from '../../../activities/ports/language-model.ts';
import { createEndpoints } from '../../../adapters/llm/open-endpoint.ts';
import { pullLanguageModel } from '../../../adapters/models/pull.ts';
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

describe('opening an endpoint', () => {
  it('reads the key from the environment at every call', async () => {
    const server = await startFaultyChatServer([]);
    const environment: Record<string, string> = { KEY: ' sk-one\n' };
    const open = createEndpoints({ embeddedModelFile: noModel, environment });
    const endpoint = await open({ url: server.url, model: 'tiny', apiKey: 'env:KEY' });
    await endpoint.complete(request, never);
    environment['KEY'] = 'sk-two';
    await endpoint.complete(request, never);
    assert.deepEqual(
      server.seen.map(({ headers }) => headers.authorization),
      ['Bearer sk-one', 'Bearer sk-two'],
    );
    delete environment['KEY'];
    await assert.rejects(endpoint.complete(request, never), { type: 'InvalidConfig' });
    await server.close();
  });

  it('gives the same client, and so the same pace, for the same endpoint', async () => {
    const open = createEndpoints({ embeddedModelFile: noModel });
    const endpoint = { url: 'http://localhost:1/v1', model: 'tiny' };
    assert.equal(await open(endpoint), await open({ ...endpoint }));
    assert.notEqual(await open(endpoint), await open({ ...endpoint, model: 'other' }));
  });

  it('refuses a missing key by the name of its variable', async () => {
    const open = createEndpoints({ embeddedModelFile: noModel, environment: {} });
    await assert.rejects(open({ url: 'http://localhost:1/v1', model: 'tiny', apiKey: 'env:NO_SUCH_KEY' }), {
      type: 'InvalidConfig',
      message: /"tiny".*NO_SUCH_KEY, which is not set/,
    });
  });

  it('refuses a key written into the campaign file without showing it', async () => {
    const open = createEndpoints({ embeddedModelFile: noModel, environment: {} });
    const failure: unknown = await open({ url: 'http://localhost:1/v1', model: 'tiny', apiKey: 'sk-secret' }).catch(
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
    const endpoints = await Promise.all([1, 2, 3].map(() => open({ url: 'embedded', model: 'tiny' })));
    const responses = await Promise.all(endpoints.map((endpoint) => endpoint.complete(request, never)));
    assert.deepEqual(askedFor, ['tiny']);
    assert.equal(new Set(endpoints).size, 1);
    assert.deepEqual(responses[1], responses[0]);
    assert.deepEqual(responses[2], responses[0]);
    assert.ok(responses[0]!.completionTokens > 0);
    await open.close();
    await rm(folder, { recursive: true });
  });

  it('refuses an encoder by name before it downloads it', async () => {
    const open = createEndpoints({
      embeddedModelFile: (model) => pullLanguageModel(model, { python: '/absent/python' }),
    });
    await assert.rejects(open({ url: 'embedded', model: 'all-minilm-l6-v2' }), {
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
    await assert.rejects(open({ url: 'embedded', model: 'tiny' }), /no model here/);
    await assert.rejects(open({ url: 'embedded', model: 'tiny' }), /no model here/);
    assert.equal(calls, 2);
  });
});
