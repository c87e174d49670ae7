// Asking through the real client against a server of seeded faults: every question is answered, nothing is paid twice, and
// the ledger agrees with the server's own accounts.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { askAll, type Role } from '../../activities/asking.ts';
import { createEndpoints } from '../../adapters/llm/open-endpoint.ts';
import { requestHash } from '../../adapters/llm/request-hash.ts';
import { createStore } from '../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../adapters/store/directory.ts';
import { TransientError } from '../../contracts/failures.ts';
import { startSeededChatServer } from '../helpers/seeded-chat-server.ts';
import { asActivity, makeWorkplace, rowsOf } from './workplace.ts';

const shares = {
  throttled: 0.02,
  'throttled-with-wait': 0.02,
  error: 0.02,
  cut: 0.02,
  truncated: 0.02,
  'wrong-schema': 0.02,
  'no-choices': 0.02,
};

describe('asking a server that fails one request in seven', () => {
  it('answers every question over chunks and restarts, and bills what the server billed', async (test) => {
    const place = await makeWorkplace(test);
    const answer = ({ seed, choice }: { seed: number; choice: number }) => `Answer ${seed} ${choice}`;
    const server = await startSeededChatServer({ seed: 'asking', answer, shares, retryAfterMilliseconds: 100 });
    test.after(() => server.close());
    const endpoint = { model: 'tiny', servers: [{ url: server.url, weight: 1 }], route: 'chat' } as const;
    const role: Role = {
      stage: 'generate',
      generator: 'writer',
      use: { endpoint, sampling: { temperature: 1, topP: 1, maxTokens: 50 } },
      prices: null,
      key: 'faults',
    };
    const questions = Array.from({ length: 300 }, (_, index) => ({
      id: `${index}`,
      messages: [{ role: 'user', content: `Question ${index} of three hundred.` }] as const,
      choices: 2,
    }));

    /** One chunk as a new worker runs it, tried again as Temporal does. */
    const chunk = async (start: number, end: number) => {
      const openEndpoint = createEndpoints({ embeddedModelFile: () => Promise.reject(new Error('none')) });
      assert.ok(place.context.store.kind === 'directory');
      const store = createStore(createDirectoryDriver(place.context.store.path));
      const work = { store, signal: new AbortController().signal };
      for (;;) {
        try {
          return await asActivity(() => askAll({ openEndpoint, requestHash }, role, questions.slice(start, end), work));
        } catch (error) {
          if (!(error instanceof TransientError)) throw error;
        }
      }
    };
    const first = await Promise.all([0, 60, 120, 180, 240].map((start) => chunk(start, start + 60)));
    const found = await chunk(0, 300);
    assert.ok([...found.answers.values()].flat().every(({ kind }) => kind === 'choice'));
    assert.equal([...found.answers.values()].flat().length, 600);

    const accounts = server.accounting();
    assert.equal(accounts.repeated.requests, 0);
    assert.ok(accounts.failed.truncated.requests > 0 && accounts.failed.throttled.requests > 0);
    const ledger = await rowsOf(place.store, 'ledger', found.ledger);
    const sum = (field: 'promptTokens' | 'completionTokens' | 'failedPromptTokens' | 'failedCompletionTokens') =>
      ledger.reduce((total, entry) => total + entry[field], 0);
    assert.deepEqual(
      [sum('promptTokens'), sum('completionTokens')],
      [accounts.whole.prompt, accounts.whole.completion],
    );
    const failed = Object.values(accounts.failed);
    const billed = failed.reduce((total, { prompt, completion }) => total + prompt + completion, 0);
    const counted = sum('failedPromptTokens') + sum('failedCompletionTokens');
    test.diagnostic(`failed tries: the server billed ${billed} tokens, the ledger says ${counted}`);
    assert.ok(counted >= billed && counted <= 1.5 * billed, `${counted} tokens of failed tries, ${billed} billed`);
    assert.equal(
      first.reduce((total, { tokens }) => total + tokens.promptTokens, 0),
      found.tokens.promptTokens,
      'chunks that are cut otherwise add up to the same',
    );
  });
});
