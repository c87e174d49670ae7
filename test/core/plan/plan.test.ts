// What workflows reckon with: budgets, chunks, pages, and the card that operators read.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CampaignProgress } from '../../../contracts/status.ts';
import { addTokens, budgetReason, noTokens, tokensUsed } from '../../../core/plan/budget.ts';
import { chunkCount, chunkRange } from '../../../core/plan/chunks.ts';
import { progressDetails } from '../../../core/plan/details.ts';
import { chunksPerRun, pageEnd } from '../../../core/plan/pages.ts';

describe('the token budget', () => {
  const use = { requests: 2, promptTokens: 70, completionTokens: 30 };

  it('counts what was sent and what came back', () => {
    assert.equal(tokensUsed(use), 100);
    assert.deepEqual(addTokens(use, { requests: 1, promptTokens: 5, completionTokens: 0 }), {
      requests: 3,
      promptTokens: 75,
      completionTokens: 30,
    });
    assert.deepEqual(addTokens(use, noTokens), use);
  });

  it('makes a campaign wait from the moment it is reached, and says how to go on', () => {
    assert.equal(budgetReason(use, 101), null);
    assert.match(budgetReason(use, 100) ?? '', /token budget of 100 reached \(100 used\).*diffract set/);
    assert.notEqual(budgetReason(use, 0), null);
  });

  it('is no limit where there is none', () => {
    assert.equal(budgetReason({ ...use, promptTokens: Number.MAX_SAFE_INTEGER }, null), null);
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
    context: { campaign: 'trees', task: 'nli', seed: 1, store: { kind: 'directory', path: '/data' } },
    round: 2,
    rounds: 3,
    progress: { stage: 'sketch', done: 5, total: 9, startedAt: 0, child: null },
    waiting: null,
    lastRecord: null,
    seedDiversity: null,
    scores: [],
    tokens: { requests: 3, promptTokens: 40, completionTokens: 2 },
    pool: null,
    checkpoint: null,
    report: null,
    outcome: null,
  };

  it('says where the campaign is, and nothing that is not known yet', () => {
    assert.equal(
      progressDetails(progress),
      '**trees** (nli): round 2 of 3, stage `sketch`\n- Tokens: 42 in 3 requests',
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
