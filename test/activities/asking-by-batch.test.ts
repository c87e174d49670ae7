// The batch route: filed once, waited for without a worker, collected by whoever comes next.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { askAll, type AskingPorts, type Question, type Role } from '../../activities/asking.ts';
import { createEndpoints } from '../../adapters/llm/open-endpoint.ts';
import { requestHash } from '../../adapters/llm/request-hash.ts';
import { createStore } from '../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../adapters/store/directory.ts';
import { TransientError } from '../../contracts/failures.ts';
import { startBatchServer, type BatchFate, type BatchServer } from '../helpers/batch-server.ts';
import { answered, scriptedBatches } from './scripted-model.ts';
import { asActivity, makeWorkplace, rowsOf, type Workplace } from './workplace.ts';

const role: Role = {
  stage: 'generate',
  generator: 'writer',
  use: {
    endpoint: { model: 'tiny', servers: [{ url: 'http://127.0.0.1:1/v1', weight: 1 }], route: 'batch' },
    sampling: { temperature: 1, topP: 1, maxTokens: 50 },
  },
  prices: null,
  key: '7/writer',
};

const questions = (count: number, from = 0): Question[] =>
  Array.from({ length: count }, (_, place) => ({
    id: `${from + place}`,
    messages: [{ role: 'user', content: `Question ${from + place}` }],
    choices: 2,
  }));

/** Asks as a new process does. */
async function ask({ context }: Workplace, ports: AskingPorts, asked: readonly Question[], by = role) {
  assert.ok(context.store.kind === 'directory');
  const store = createStore(createDirectoryDriver(context.store.path));
  const work = { store, signal: new AbortController().signal };
  const found = await asActivity(() => askAll(ports, by, asked, work));
  return { all: [...found.answers.values()].flat(), tokens: found.tokens, ledger: found.ledger, store };
}

describe('the batch route', () => {
  it('files what is missing as one batch, waits in Temporal, and collects it', async (test) => {
    const place = await makeWorkplace(test);
    const { vendor, ports } = scriptedBatches();
    const waiting = { name: 'TransientError', retryAfterSeconds: 30 };
    await assert.rejects(ask(place, ports, questions(3)), { ...waiting, message: /batch-0: 0 of 6 answered/ });
    vendor.state = { state: 'running', completed: 4, total: 6, detail: 'in_progress' };
    await assert.rejects(ask(place, ports, questions(3)), { ...waiting, message: /batch-0: 4 of 6 answered/ });
    vendor.state = { state: 'ended', completed: 6, total: 6, detail: 'completed' };
    const { all, tokens, ledger, store } = await ask(place, ports, questions(3));
    assert.equal(vendor.filed.length, 1);
    assert.ok(all.every((one) => one.kind === 'choice' && one.choice.content === `Answer ${one.requestHash}`));
    assert.deepEqual([tokens.requests, tokens.promptTokens], [6, 60]);
    assert.equal((await rowsOf(store, 'ledger', ledger)).length, 6);
    await ask(place, ports, questions(3));
    assert.equal(vendor.collected, 1);
  });

  it('is found by chunks that are cut otherwise, which file only what no batch holds', async (test) => {
    const place = await makeWorkplace(test);
    const { vendor, ports } = scriptedBatches();
    await assert.rejects(ask(place, ports, questions(4)));
    await assert.rejects(ask(place, ports, questions(4, 2)), /batch-0.*batch-1: 0 of 4/);
    assert.deepEqual(
      vendor.filed.map((batch) => batch.length),
      [8, 4],
    );
    vendor.state = { state: 'ended', completed: 8, total: 8, detail: 'completed' };
    const [a, b] = [await ask(place, ports, questions(4, 2)), await ask(place, ports, questions(2))];
    assert.equal(vendor.filed.length, 2);
    assert.equal(a.tokens.promptTokens + b.tokens.promptTokens, 120, 'a batch that is collected twice is billed once');
  });

  it('files again what a batch left unanswered, and gives it up the second time', async (test) => {
    const place = await makeWorkplace(test);
    const { vendor, ports } = scriptedBatches();
    await assert.rejects(ask(place, ports, questions(3)));
    const lost = vendor.filed[0]![5]!;
    vendor.state = { state: 'ended', completed: 5, total: 6, detail: 'completed' };
    vendor.answers = (batch) =>
      vendor.filed[batch]!.map((customId) =>
        customId === lost ? { customId, failure: 'batch_expired' } : answered(customId, 'fine'),
      );
    await assert.rejects(ask(place, ports, questions(3)), /batch-1: 0 of 1 answered/);
    assert.deepEqual(vendor.filed[1], [lost]);
    const { all } = await ask(place, ports, questions(3));
    assert.deepEqual(all.at(-1), {
      kind: 'failure',
      reason: 'unanswered-in-batch',
      detail: '2 batches; the last: batch_expired',
      requestHash: lost,
    });
    assert.equal(vendor.filed.length, 2);
  });
});

describe('the batch route at a vendor that loses things', () => {
  /** One look, as a new process takes it through the real client. */
  function look(place: Workplace, server: BatchServer) {
    const openEndpoint = createEndpoints({ embeddedModelFile: () => Promise.reject(new Error('none')) });
    const endpoint = { ...role.use.endpoint, servers: [{ url: server.url, weight: 1 }] };
    return ask(place, { openEndpoint, requestHash }, questions(3), { ...role, use: { ...role.use, endpoint } });
  }

  async function insist(place: Workplace, server: BatchServer) {
    for (let looks = 1; ; looks++) {
      assert.ok(looks < 9, `${looks} looks, and no end`);
      try {
        return await look(place, server);
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
      }
    }
  }

  it('files anew what came back unusable, gives up the second time, and files it again once that was reported', async (test) => {
    const place = await makeWorkplace(test);
    let fate: BatchFate = 'unusable';
    const server = await startBatchServer({ looks: 0, fate: () => fate });
    test.after(() => server.close());
    await assert.rejects(insist(place, server), { type: 'RequestRefused', message: /unusable answer/ });
    assert.equal(server.batches.length, 2);
    fate = 'answered';
    const { all } = await insist(place, server);
    assert.ok(all.every(({ kind }) => kind === 'choice'));
    assert.equal(server.batches.length, 3);
  });

  it('files anew what was in a batch that the vendor does not know any more', async (test) => {
    const place = await makeWorkplace(test);
    const server = await startBatchServer({ looks: 2 });
    test.after(() => server.close());
    await assert.rejects(look(place, server), TransientError);
    server.batches.pop();
    const { all } = await insist(place, server);
    assert.ok(all.every(({ kind }) => kind === 'choice'));
    assert.deepEqual(
      server.batches.map(({ id }) => id),
      ['batch-2'],
    );
    assert.ok(server.requests.includes('POST /v1/chat/completions'), 'it is asked which forms it takes');
  });
});
