// Asking: nothing is paid twice, single failures are data, and what a server asks to wait for is waited for elsewhere.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { askAll, chunkRowsFor, type Question, type Role } from '../../activities/asking.ts';
import { RefusedRequest, UnusableAnswer } from '../../activities/ports/language-model.ts';
import { createStore } from '../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../adapters/store/directory.ts';
import { PermanentError, TransientError } from '../../contracts/failures.ts';
import { goodChoice, scriptedModel, usageOf, type Reply, type ScriptedModel } from './scripted-model.ts';
import { asActivity, makeWorkplace, rowsOf, type Workplace } from './workplace.ts';

const use: Role['use'] = {
  endpoint: { model: 'org/tiny:1', servers: [{ url: 'http://127.0.0.1:1/v1', weight: 1 }], route: 'chat' },
  sampling: { temperature: 1, topP: 1, maxTokens: 50 },
};

const role: Role = { stage: 'generate', generator: 'writer', use, prices: null, key: '7/writer' };

const questions = (count: number, choices = 1, from = 0): Question[] =>
  Array.from({ length: count }, (_, place) => ({
    id: `${from + place}`,
    messages: [{ role: 'user', content: `Question ${from + place}` }],
    choices,
  }));

async function ask(place: Workplace, model: Pick<ScriptedModel, 'ports'>, asked: readonly Question[], by = role) {
  const work = { store: place.store, signal: new AbortController().signal };
  const found = await asActivity(() => askAll(model.ports, by, asked, work));
  const ledger = found.ledger === null ? [] : await rowsOf(place.store, 'ledger', found.ledger);
  return { ...found, ledger, all: [...found.answers.values()].flat() };
}

/** As a new process sees the same store. */
const restarted = (place: Workplace): Workplace => {
  const { store } = place.context;
  assert.ok(store.kind === 'directory');
  return { ...place, store: createStore(createDirectoryDriver(store.path)) };
};

const unusable = (promptTokens = 10, completionTokens = 5) =>
  new UnusableAnswer('half a JSON document', { reason: 'truncated', promptTokens, completionTokens, estimated: false });

describe('asking', () => {
  it('asks each choice with a seed of its own where the server ignores n, and all in one request where it honours it', async (test) => {
    const place = await makeWorkplace(test);
    const alone = scriptedModel();
    const apart = await ask(place, alone, questions(2, 3));
    assert.deepEqual(alone.choices, [1, 1, 1, 1, 1, 1]);
    assert.equal(new Set(alone.asked.map(({ seed }) => seed)).size, 6);
    assert.equal(apart.tokens.promptTokens, 60);

    const elsewhere = await makeWorkplace(test);
    const together = scriptedModel(undefined, { choices: true });
    const found = await ask(elsewhere, together, questions(2, 3));
    assert.deepEqual(together.choices, [3, 3]);
    assert.deepEqual(
      found.all.map(({ requestHash }) => requestHash),
      apart.all.map(({ requestHash }) => requestHash),
      'an answer has the same name whichever way it was asked',
    );
    assert.equal(new Set(found.all.map((answer) => answer.kind === 'choice' && answer.choice.content)).size, 6);
    assert.deepEqual([found.tokens.requests, found.tokens.promptTokens, found.tokens.completionTokens], [6, 20, 30]);
  });

  it('asks one by one where the server refuses several choices at once', async (test) => {
    const model = scriptedModel((_request, choices) => (choices > 1 ? new RefusedRequest('HTTP 422: n', 422) : {}), {
      choices: true,
    });
    const { all } = await ask(await makeWorkplace(test), model, questions(1, 3));
    assert.deepEqual(model.choices, [3, 1, 1, 1]);
    assert.ok(all.every(({ kind }) => kind === 'choice'));
  });

  it('keeps the choices that a server gives where it gives fewer at once than it was asked for, and asks on for the rest', async (test) => {
    const model = scriptedModel(undefined, { choices: true }, 2);
    const { all, tokens } = await ask(await makeWorkplace(test), model, questions(1, 5));
    assert.deepEqual(model.choices, [5, 3, 1]);
    assert.ok(all.every(({ kind }) => kind === 'choice'));
    assert.deepEqual([tokens.promptTokens, tokens.completionTokens], [30, 25]);
  });

  it('asks only for the choices that are missing', async (test) => {
    const place = await makeWorkplace(test);
    const first = scriptedModel();
    await ask(place, first, questions(2, 2));
    const more = scriptedModel(undefined, { choices: true });
    const { all, tokens } = await ask(restarted(place), more, questions(2, 5));
    assert.deepEqual(more.choices, [3, 3]);
    assert.equal(all.length, 10);
    assert.equal(tokens.promptTokens, 60);
  });

  it('finds every answer again, in a new process and however the questions are cut', async (test) => {
    const place = await makeWorkplace(test);
    const first = scriptedModel();
    const once = await ask(place, first, questions(60));
    const again = scriptedModel();
    const later = restarted(place);
    const [a, b] = [await ask(later, again, questions(7, 1, 50)), await ask(later, again, questions(53))];
    assert.equal(again.asked.length, 0);
    assert.equal(again.probes.count, 0, 'a server that is not needed is not even probed');
    const byHash = new Map([...a.all, ...b.all].map((answer) => [answer.requestHash, answer]));
    assert.deepEqual(once.all.filter(({ requestHash }) => byHash.has(requestHash)).length, 57);
    for (const answer of once.all.slice(0, 57)) assert.deepEqual(byHash.get(answer.requestHash), answer);
  });

  it('asks the same question once, though two chunks of a process need it at the same time', async (test) => {
    const place = await makeWorkplace(test);
    const model = scriptedModel(async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return {};
    });
    const [first, second] = await Promise.all([
      ask(place, model, questions(20)),
      ask(place, model, questions(20, 1, 10)),
    ]);
    assert.equal(model.asked.length, 30);
    assert.deepEqual(first.all.slice(10), second.all.slice(0, 10));
  });

  it('counts an answer that two processes paid for as billed, and uses the earlier one', async (test) => {
    const place = await makeWorkplace(test);
    const other = restarted(place);
    await other.store.responseLog(use.endpoint.model).refresh();
    const [mine] = (await ask(place, scriptedModel(), questions(1))).all;
    const log = other.store.responseLog(use.endpoint.model);
    const content = { kind: 'answer', choice: goodChoice('late'), usage: usageOf(10, 5), request: null };
    await log.append([{ hash: mine!.requestHash, id: 'zzzzzzzzz-late', content }]);
    const { all, ledger, tokens } = await ask(restarted(place), scriptedModel(), questions(1));
    assert.deepEqual(all, [mine]);
    assert.deepEqual([tokens.promptTokens, tokens.completionTokens], [20, 10]);
    assert.deepEqual(
      ledger.map(({ failedTries, failedPromptTokens }) => [failedTries, failedPromptTokens]),
      [[1, 10]],
    );
  });
});

describe('faults while asking', () => {
  it('are asked again within the chunk, and what failed tries were billed stands in the ledger', async (test) => {
    const place = await makeWorkplace(test);
    const faults: Error[] = [unusable(), new TransientError('HTTP 500'), new TransientError('cut off'), unusable(3, 1)];
    const model = scriptedModel(() => faults.shift() ?? {});
    const { all, ledger, tokens } = await ask(place, model, questions(4));
    assert.ok(all.every(({ kind }) => kind === 'choice'));
    assert.equal(model.asked.length, 8);
    assert.equal(
      ledger.reduce((sum, { failedTries }) => sum + failedTries, 0),
      2,
    );
    assert.deepEqual([tokens.promptTokens, tokens.completionTokens], [53, 26]);
  });

  it('make a single request a failure after five unusable answers, counted also over a restart', async (test) => {
    const place = await makeWorkplace(test);
    const bad = (request: Parameters<Reply>[0]) => request.messages[0]?.content === 'Question 1';
    let left = 3;
    const dying = scriptedModel((request) => {
      if (!bad(request)) return {};
      return left-- > 0 ? unusable() : new TransientError('gone', { retryAfterSeconds: 600 });
    });
    await assert.rejects(ask(place, dying, questions(3)), { retryAfterSeconds: 600 });
    const again = scriptedModel((request) => (bad(request) ? unusable() : {}));
    const { all, ledger } = await ask(restarted(place), again, questions(3));
    assert.equal(again.asked.length, 2);
    assert.deepEqual(
      all.map((answer) => (answer.kind === 'failure' ? answer.reason : answer.kind)),
      ['choice', 'unusable-answer', 'choice'],
    );
    assert.deepEqual(
      ledger.map(({ failedTries, failedPromptTokens }) => [failedTries, failedPromptTokens]),
      [
        [0, 0],
        [5, 50],
        [0, 0],
      ],
    );
  });

  it('of several choices asked together are billed once and count for each', async (test) => {
    const model = scriptedModel(() => unusable(), { choices: true });
    const place = await makeWorkplace(test);
    await ask(place, scriptedModel(), questions(1, 1, 100));
    const { all, tokens, ledger } = await ask(place, model, questions(1, 3));
    assert.deepEqual(model.choices, [3, 3, 3, 3, 3]);
    assert.ok(all.every((answer) => answer.kind === 'failure' && answer.reason === 'unusable-answer'));
    assert.deepEqual([tokens.promptTokens, tokens.completionTokens], [50, 25]);
    assert.equal(
      ledger.reduce((sum, { failedTries }) => sum + failedTries, 0),
      5,
    );
  });

  it('let all that is under way finish and be logged, and then ask for the longest wait', async (test) => {
    const place = await makeWorkplace(test);
    const model = scriptedModel(async (request) => {
      const content = request.messages[0]?.content;
      if (content === 'Question 3') throw new TransientError('HTTP 429', { retryAfterSeconds: 90 });
      await new Promise((resolve) => setTimeout(resolve, 60));
      if (content === 'Question 5') throw new TransientError('HTTP 503', { retryAfterSeconds: 300 });
      return {};
    });
    await assert.rejects(ask(place, model, questions(10)), { name: 'TransientError', retryAfterSeconds: 300 });
    const again = scriptedModel();
    await ask(restarted(place), again, questions(10));
    assert.deepEqual(again.asked.map(({ messages }) => messages[0]?.content).sort(), ['Question 3', 'Question 5']);
  });

  it('stop a chunk from asking more than what was under way', async (test) => {
    const model = scriptedModel(() => new TransientError('HTTP 429', { retryAfterSeconds: 3600 }));
    await assert.rejects(ask(await makeWorkplace(test), model, questions(1000)), { retryAfterSeconds: 3600 });
    assert.ok(model.asked.length <= 64, `${model.asked.length} requests`);
  });

  it('that refuse one request are a failure of its own, with the words of the server', async (test) => {
    const refused = 'HTTP 400: prompt is too long';
    const model = scriptedModel((request) =>
      request.messages[0]?.content === 'Question 2' ? new RefusedRequest(refused, 400) : {},
    );
    const { all } = await ask(await makeWorkplace(test), model, questions(4));
    assert.deepEqual(all[2], {
      kind: 'failure',
      reason: 'request-refused',
      detail: refused,
      requestHash: all[2]!.requestHash,
    });
    assert.equal(all.filter(({ kind }) => kind === 'choice').length, 3);
  });

  it('that refuse every request are permanent, unless the chunk is small and something came of the model before', async (test) => {
    const place = await makeWorkplace(test);
    const refusing = scriptedModel(() => new RefusedRequest('HTTP 422: no such schema', 422));
    const rejected = { type: 'RequestRefused', message: /any of 3 requests.*no such schema/ };
    await assert.rejects(ask(place, refusing, questions(3)), rejected);
    await ask(place, scriptedModel(), questions(1, 1, 100));
    const { all } = await ask(place, refusing, questions(3));
    assert.ok(all.every(({ kind }) => kind === 'failure'));
    await assert.rejects(ask(place, refusing, questions(8)), { type: 'RequestRefused', message: /any of 8 requests/ });
  });

  it('that leave nothing but failed tries of a model are permanent, also for a small chunk and when it comes again', async (test) => {
    const place = await makeWorkplace(test);
    const broken = scriptedModel(() => unusable());
    const rejected = { type: 'RequestRefused', message: /any of 2 requests.*run the campaign again/ };
    await assert.rejects(ask(place, broken, questions(2)), rejected);
    await assert.rejects(ask(restarted(place), broken, questions(2)), rejected);
  });

  it('are counted in an attempt though a clock that is ahead wrote a pardon', async (test) => {
    const place = await makeWorkplace(test);
    await ask(place, scriptedModel(), questions(1, 1, 100));
    const [asked] = (
      await ask(
        place,
        scriptedModel(() => new RefusedRequest('HTTP 400', 400)),
        questions(1),
      )
    ).all;
    const log = place.store.responseLog(use.endpoint.model);
    const ahead = (Date.now() + 600_000).toString(36).padStart(9, '0');
    await log.append([{ hash: asked!.requestHash, id: `${ahead}-x`, content: { kind: 'pardon' } }]);
    const broken = scriptedModel(() => unusable());
    const { all } = await ask(place, broken, questions(1));
    assert.equal(broken.asked.length, 5);
    assert.ok(all[0]?.kind === 'failure' && /^5 tries; the last: half a JSON/.test(all[0].detail));
  });

  it('of a whole chunk are forgiven once they were reported, so that a mended server is asked again', async (test) => {
    const place = await makeWorkplace(test);
    const broken = scriptedModel(() => unusable());
    await assert.rejects(ask(place, broken, questions(8)), { type: 'RequestRefused', message: /half a JSON/ });
    assert.equal(broken.asked.length, 40);
    const mended = scriptedModel();
    const { all, tokens } = await ask(restarted(place), mended, questions(8));
    assert.ok(all.every(({ kind }) => kind === 'choice'));
    assert.deepEqual([mended.asked.length, tokens.promptTokens], [8, 480]);
  });

  it('that refuse the key or the model are permanent at once', async (test) => {
    for (const status of [401, 403, 404]) {
      const place = await makeWorkplace(test);
      await ask(place, scriptedModel(), questions(20));
      const model = scriptedModel(() => new RefusedRequest(`HTTP ${status}`, status));
      await assert.rejects(ask(place, model, questions(1, 1, 90)), (error) => error instanceof PermanentError);
    }
  });
});

describe('the ledger of what was asked', () => {
  const prices = { version: '2026-11', currency: 'EUR', models: { 'org/tiny:1': { input: 2, cached: 1, output: 10 } } };

  it('prices prompt, cached and completion tokens and what failed tries were billed', async (test) => {
    const faults = [unusable(100, 50)];
    const model = scriptedModel(() => faults.shift() ?? {});
    const { ledger, tokens } = await ask(await makeWorkplace(test), model, questions(1), { ...role, prices });
    const cost = (110 * 2 + 55 * 10) / 1e6;
    assert.deepEqual(
      ledger.map(({ cost: one, priceVersion }) => [one, priceVersion]),
      [[cost, '2026-11']],
    );
    assert.equal(tokens.cost, cost);
  });

  it('says of tokens of failed tries, too, that they were estimated', async (test) => {
    const faults = [
      new UnusableAnswer('cut', { reason: 'cut-short', promptTokens: 9, completionTokens: 4, estimated: true }),
    ];
    const model = scriptedModel((request) => (request.messages[0]?.content === 'Question 1' && faults.pop()) || {});
    const { ledger } = await ask(await makeWorkplace(test), model, questions(2));
    assert.deepEqual(
      ledger.map(({ estimated }) => estimated),
      [false, true],
    );
  });

  it('knows no cost without a price, and none for a model that runs in the worker', async (test) => {
    const place = await makeWorkplace(test);
    assert.equal((await ask(place, scriptedModel(), questions(2))).tokens.cost, null);
    const others = { ...prices, models: {} };
    assert.equal((await ask(place, scriptedModel(), questions(2), { ...role, prices: others })).tokens.cost, null);
    const embedded = { ...use, endpoint: { ...use.endpoint, servers: [{ url: 'embedded', weight: 1 }] } };
    assert.equal((await ask(place, scriptedModel(), questions(2), { ...role, use: embedded })).tokens.cost, 0);
  });

  it('says what the servers were seen to honour', async (test) => {
    const place = await makeWorkplace(test);
    const work = { store: place.store, signal: new AbortController().signal };
    const model = scriptedModel(undefined, { choices: true });
    const { ledger } = await asActivity(() => askAll(model.ports, role, questions(3), work));
    const { metadata } = await place.store.readManifest(ledger!);
    assert.equal((JSON.parse(metadata['capabilities'] ?? '{}') as { choices: boolean }).choices, true);
  });
});

describe('chunks of questions', () => {
  it('are larger where they are filed as batches', () => {
    assert.ok(chunkRowsFor({ ...use, endpoint: { ...use.endpoint, route: 'batch' } }) > 10 * chunkRowsFor(use));
  });
});
