// What is said when no seed is left.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lostSeedsMessage } from '../../../core/plan/lost-seeds.ts';

describe('the message of lost seeds', () => {
  it('names the counts by benchmark and what to do', () => {
    const message = lostSeedsMessage([
      { stage: 'filter', counts: { seeds: { in: 120, kept: 120, rejected: {} } } },
      { stage: 'deduplicate', counts: { seeds: { in: 120, kept: 110, rejected: { duplicate: 10 } } } },
      {
        stage: 'decontaminate',
        counts: { seeds: { in: 110, kept: 0, rejected: { 'contaminated:dates': 30, 'contaminated:same': 80 } } },
      },
    ]);
    assert.equal(
      message,
      'None of the 120 seeds passed the gates, at least 1 is needed: deduplicate rejected 10 as duplicate; ' +
        'decontaminate rejected 80 as contaminated:same, 30 as contaminated:dates. Seeds and benchmarks hold the same items: ' +
        'give them different data sets, or disjoint rows of one (skip and count). ' +
        'Every rejected seed is in the store with its reason.',
    );
  });

  it('points at the filters where they took all', () => {
    const message = lostSeedsMessage([
      { stage: 'filter', counts: { seeds: { in: 2, kept: 0, rejected: { 'other-language': 2 } } } },
    ]);
    assert.match(message, /filter rejected 2 as other-language\. Check the bounds .* and filters\.language\./);
    assert.doesNotMatch(message, /benchmark/);
  });
});
