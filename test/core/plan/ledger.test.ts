// Costs and sums of the ledger.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LedgerEntry } from '../../../contracts/samples.ts';
import { costOf, tokenUseOf } from '../../../core/plan/ledger.ts';

const entry: LedgerEntry = {
  requestHash: 'a',
  stage: 'generate',
  generator: 'writer',
  model: 'tiny',
  promptTokens: 1_000,
  cachedTokens: 400,
  completionTokens: 300,
  failedTries: 1,
  failedPromptTokens: 1_000,
  failedCompletionTokens: 50,
  estimated: false,
  priceVersion: '1',
  cost: 0.5,
};

describe('the cost of a request', () => {
  it('is (prompt - cached) * input + cached * cached + completion * output per million, failed tries in full', () => {
    const price = { input: 3, cached: 0.3, output: 15 };
    const expected = (600 * 3 + 400 * 0.3 + 300 * 15 + 1_000 * 3 + 50 * 15) / 1e6;
    assert.ok(Math.abs(costOf(entry, price) - expected) < 1e-15);
    assert.equal(costOf(entry, { input: 0, cached: 0, output: 0 }), 0);
  });
});

describe('the sum of a ledger', () => {
  it('counts what failed tries were billed among the tokens', () => {
    const sum = { requests: 2, promptTokens: 4_000, cachedTokens: 800, completionTokens: 700, cost: 1 };
    assert.deepEqual(tokenUseOf([entry, { ...entry, requestHash: 'b' }]), sum);
  });

  it('has no cost once that of one request is unknown, and costs nothing when nothing was asked', () => {
    assert.equal(tokenUseOf([entry, { ...entry, cost: null }, entry]).cost, null);
    assert.equal(tokenUseOf([]).cost, 0);
  });
});
