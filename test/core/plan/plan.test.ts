// What workflows reckon with: budgets, chunks, pages, and the card that operators read.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CampaignProgress } from '../../../contracts/status.ts';
import {
  addTokens,
  allowanceOf,
  hardBudgetReason,
  mayAskMore,
  noTokens,
  softBudgetReason,
  tokensUsed,
} from '../../../core/plan/budget.ts';
import { chunkCount, chunkRange } from '../../../core/plan/chunks.ts';
import { progressDetails } from '../../../core/plan/details.ts';
import { chunksPerRun, pageEnd } from '../../../core/plan/pages.ts';
import { afterRound, goingOn } from '../../../core/plan/stop-rules.ts';

const noLimits = { tokens: null, softTokens: null, cost: null, softCost: null };

describe('budgets', () => {
  const use = { requests: 2, promptTokens: 70, cachedTokens: 20, completionTokens: 30, cost: 0.5 };

  it('count what was sent and what came back', () => {
    assert.equal(tokensUsed(use), 100);
    assert.deepEqual(
      addTokens(use, { requests: 1, promptTokens: 5, cachedTokens: 1, completionTokens: 0, cost: 0.25 }),
      {
        requests: 3,
        promptTokens: 75,
        cachedTokens: 21,
        completionTokens: 30,
        cost: 0.75,
      },
    );
    assert.deepEqual(addTokens(use, noTokens), use);
  });

  it('know no sum once one cost is unknown', () => {
    assert.equal(addTokens(use, { ...noTokens, cost: null }).cost, null);
  });

  it('hold a campaign back from the moment a limit is reached, and say how to go on', () => {
    assert.equal(hardBudgetReason(use, { ...noLimits, tokens: 101 }, 'mine'), null);
    assert.match(
      hardBudgetReason(use, { ...noLimits, tokens: 100 }, 'mine') ?? '',
      /^token budget of 100 reached \(100 used\); raise it with: diffract set mine budget\.tokens=N/,
    );
    assert.match(
      hardBudgetReason(use, { ...noLimits, cost: 0.5 }, 'mine') ?? '',
      /^cost budget of 0\.5 reached \(0\.5 used\).*budget\.cost=N/,
    );
    assert.match(
      softBudgetReason(use, { ...noLimits, softTokens: 90 }, 'mine') ?? '',
      /^soft token budget of 90 .*diffract resume mine, or raise it/,
    );
    assert.equal(softBudgetReason(use, { ...noLimits, tokens: 1, cost: 0.1 }, 'mine'), null);
  });

  it('are no limit where there is none, and a cost limit is none where the cost is unknown', () => {
    assert.equal(hardBudgetReason({ ...use, promptTokens: Number.MAX_SAFE_INTEGER }, noLimits, 'mine'), null);
    assert.equal(hardBudgetReason({ ...use, cost: null }, { ...noLimits, cost: 0.1 }, 'mine'), null);
  });

  it('leave a stage what the campaign has not spent', () => {
    assert.deepEqual(allowanceOf(use, { ...noLimits, tokens: 130, cost: 2 }), { tokens: 30, cost: 1.5 });
    assert.deepEqual(allowanceOf(use, noLimits), { tokens: null, cost: null });
  });

  it('start one chunk first, then as many as fit by the average of the finished ones', () => {
    const spending = (finished: number, inFlight: number) => ({
      spent: { ...noTokens, promptTokens: 100 * finished },
      finished,
      inFlight,
    });
    const left = { tokens: 1000, cost: null };
    assert.equal(mayAskMore(spending(0, 0), left), true);
    assert.equal(mayAskMore(spending(0, 1), left), false);
    assert.equal(mayAskMore(spending(4, 5), left), true);
    assert.equal(mayAskMore(spending(4, 6), left), false);
    assert.equal(mayAskMore(spending(9, 0), { tokens: 950, cost: null }), true);
    assert.equal(mayAskMore(spending(10, 0), left), false);
    assert.equal(mayAskMore(spending(0, 31), { tokens: null, cost: null }), true);
  });

  it('are not overshot by chunks that cost the same, and by one at most where the limit is no multiple of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 5000 }), (cost, limit) => {
        let [spent, finished, inFlight] = [0, 0, 0];
        const mayStart = () =>
          mayAskMore(
            { spent: { ...noTokens, promptTokens: spent }, finished, inFlight },
            { tokens: limit, cost: null },
          );
        for (;;) {
          while (mayStart() && inFlight < 32) inFlight += 1;
          if (inFlight === 0) break;
          inFlight -= 1;
          finished += 1;
          spent += cost;
        }
        assert.ok(spent >= limit && spent < limit + cost, `${spent} of ${limit}`);
      }),
    );
  });
});

describe('stop rules', () => {
  const turned = (round: number, before: number, after: number) => ({ round, before, after });

  it('end a campaign whose pool is as diverse as wanted', () => {
    const rules = { gVendi: 30, gain: null };
    assert.equal(afterRound(goingOn, rules, turned(1, 20, 29.9)).ending, null);
    assert.match(
      afterRound(goingOn, rules, turned(2, 29.9, 30)).ending ?? '',
      /reached 30\.00 in round 2; the target is 30/,
    );
  });

  it('end it after so many slow rounds in a row, and a fast one starts the count anew', () => {
    const rules = { gVendi: null, gain: { least: 0.05, rounds: 2 } };
    const slow = afterRound(goingOn, rules, turned(1, 20, 20.5));
    assert.deepEqual(slow, { slowRounds: 1, ending: null });
    assert.deepEqual(afterRound(slow, rules, turned(2, 20.5, 25)), goingOn);
    assert.match(
      afterRound(slow, rules, turned(2, 20.5, 20.6)).ending ?? '',
      /less than 5\.00 % in each of the last 2 rounds/,
    );
  });

  it('never end a campaign without rules', () => {
    assert.deepEqual(afterRound(goingOn, { gVendi: null, gain: null }, turned(9, 20, 1)), goingOn);
  });
});

describe('chunks', () => {
  it('cover all rows once and in order, each of the full size but the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 700 }), (rows, chunkRows) => {
        const ranges = Array.from({ length: chunkCount(rows, chunkRows) }, (_, chunk) =>
          chunkRange(chunk, rows, chunkRows),
        );
        let next = 0;
        for (const { start, end } of ranges) {
          assert.equal(start, next);
          assert.ok(end > start && end - start <= chunkRows);
          next = end;
        }
        assert.equal(next, rows);
        for (const { start, end } of ranges.slice(0, -1)) assert.equal(end - start, chunkRows);
      }),
    );
  });
});

describe('pages', () => {
  it('take every chunk of a stage exactly once, however many runs that needs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (chunks) => {
        let start = 0;
        let runs = 0;
        for (; start < chunks; runs++) {
          const end = pageEnd(start, chunks);
          assert.ok(end > start && end - start <= chunksPerRun);
          start = end;
        }
        assert.equal(start, chunks);
        assert.equal(runs, Math.ceil(chunks / chunksPerRun));
      }),
    );
  });

  it('keep a history under 2,000 events at five events a chunk', () => {
    assert.ok(chunksPerRun * 5 <= 2000);
  });
});

describe('the card of a campaign', () => {
  const progress: CampaignProgress = {
    context: { campaign: 'trees', task: 'nli', seed: 1, store: { kind: 'directory', path: '/data' }, prompts: {} },
    round: 2,
    rounds: 3,
    progress: { stage: 'sketch', done: 5, total: 9, startedAt: 0, child: null },
    waiting: null,
    lastRecord: null,
    seedDiversity: null,
    scores: [],
    means: null,
    ungraded: null,
    tokens: { ...noTokens, requests: 3, promptTokens: 40, completionTokens: 2 },
    pool: null,
    checkpoint: null,
    report: null,
    ending: null,
    outcome: null,
  };

  it('says where the campaign is, and nothing that is not known yet', () => {
    assert.equal(
      progressDetails(progress),
      '**trees** (nli): round 2 of 3, stage `sketch`\n- Tokens: 42 in 3 requests, cost 0',
    );
  });

  it('says why it waits, what it has, and how it ended', () => {
    const text = progressDetails({
      ...progress,
      waiting: 'paused by operator',
      seedDiversity: { gVendi: 12.345, n: 80, d: 1024, interval: null },
      pool: { kind: 'samples', manifest: 'ab', rows: 128, bytes: 1 },
      outcome: 'stopped',
    });
    assert.match(text, /\*\*Waiting:\*\* paused by operator/);
    assert.match(text, /G-Vendi of the seeds: 12\.35 \(n 80, d 1024\)|12\.34 \(n 80, d 1024\)/);
    assert.match(text, /Pool: 128 samples/);
    assert.match(text, /\*\*Outcome:\*\* stopped/);
    assert.ok(Buffer.byteLength(text) < 500);
    assert.doesNotMatch(text, /[<>]|!\[/);
  });
});
