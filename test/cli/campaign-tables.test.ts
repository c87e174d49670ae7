// What the terminal says of a round and of the benchmarks.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { roundText, scoresText } from '../../cli/campaign-tables.ts';
import { money } from '../../cli/money.ts';
import { inventedStatus } from '../core/report/invented-campaign.ts';

describe('the text of a round', () => {
  const [first, second] = inventedStatus.history.map((round) => roundText(round, inventedStatus));

  it('says what was let through on each side, and that a side is not known', () => {
    const accepted =
      'Accepted of the candidates near sparse clusters 40 of 48 (83.3 %), near dense ones 8 of 61 (13.1 %)';
    assert.ok(
      second?.includes(`${accepted}; let through by verification and judge: sparse 72.0 %, dense 91.0 %`),
      second,
    );
    assert.ok(first?.includes('sparse 72.0 %, dense not known\n'), first);
  });

  it('counts apart what was refused without a solution to sketch', () => {
    assert.ok(second?.includes('; 7 refused had no solution to sketch and are not in the rate\n'), second);
    assert.equal(first?.includes('no solution to sketch'), false);
  });

  it('names the currency, and says when all of it was spent before', () => {
    assert.ok(first?.includes('2,031 language-model tokens in 4 requests, cost 0.0026 USD\n'), first);
    const [round] = inventedStatus.history;
    const timings = [{ stage: 'generate', round: 1, seconds: 0, reused: true, rows: 4 }];
    const again = roundText(round!, { ...inventedStatus, timings, currency: null });
    assert.ok(again.includes('in 4 requests, cost 0.0026, all spent before\n'), again);
  });

  it('adds up: what was made is what was kept and rejected, and requests without an answer stand apart', () => {
    assert.match(first ?? '', /tiny-model +9 +0 +parse\/no-fields 6, parse\/cut-short 2, verify\/no-agreement 1$/m);
    assert.match(first ?? '', /^tiny-model: 1 of 5 requests gave nothing to read: cut-short 1$/m);
  });
});

describe('money', () => {
  it('has the digits it needs, and never reads as nothing', () => {
    const texts = [12.345, 0.0126, 0.00002, 0].map((value) => money(value, 'USD'));
    assert.deepEqual(texts, ['12.35 USD', '0.0126 USD', 'below 0.0001 USD', '0.0000 USD']);
  });
});

describe('the table of benchmarks', () => {
  const lines = (status: Parameters<typeof scoresText>[0]) =>
    scoresText(status)
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));

  it('has those in distribution first and the means of both sides last', () => {
    const found = lines(inventedStatus);
    assert.deepEqual(found[0], ['Benchmark', 'side', 'n', 'metric', 'before', 'after', 'change']);
    assert.deepEqual(found[1]?.slice(0, 2), ['nli-held-out', 'in distribution']);
    assert.deepEqual(
      found.slice(-2).map((line) => line.slice(0, 3)),
      [
        ['mean of 1', 'in distribution', 'accuracy'],
        ['mean of 3', 'out of distribution', 'accuracy'],
      ],
    );
    assert.match(found.at(-1)!.join(' '), /42\.0 %.* 49\.0 %.* \+7\.0/);
  });

  it('says none for a student that was not asked before it was trained', () => {
    const scores = inventedStatus.scores.map((score) => ({ ...score, before: null, differences: null }));
    assert.match(scoresText({ scores, means: null }), /nli-held-out .*accuracy +none +71\.0 %/);
  });
});
