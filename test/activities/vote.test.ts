// The vote: agreement on a result, by meaning and not by spelling.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { agreedSample } from '../../activities/vote.ts';
import type { Sample } from '../../contracts/samples.ts';
import { math } from '../../tasks/math/math.ts';
import { nli } from '../../tasks/nli/nli.ts';
import { summarization } from '../../tasks/summarization/summarization.ts';
import { pairOf } from './workplace.ts';

const premise = 'A dog runs.';
const hypothesis = 'An animal runs.';
const candidate = pairOf('c', { premise, hypothesis, label: 'yes' });
const yes = 'A dog is an animal.\nAnswer: yes';
const no = 'Answer: no';
const silence = 'I would rather not say.';

describe('the vote on a label', () => {
  it('keeps a candidate as it is when enough attempts say what it says', () => {
    assert.equal(agreedSample(nli, candidate, [yes, no, yes], 2), candidate);
  });

  it('refuses too few votes, counting attempts without a result for nobody', () => {
    assert.deepEqual(agreedSample(nli, candidate, [yes, silence, silence], 2), {
      reason: 'no-agreement',
      detail: '3 attempts: yes x1',
    });
  });

  it('refuses where no attempt states a result, and where there were no attempts', () => {
    assert.deepEqual(agreedSample(nli, candidate, [silence], 1), {
      reason: 'no-agreement',
      detail: '1 attempts: none stated a result',
    });
    assert.equal((agreedSample(nli, candidate, [], 1) as { reason: string }).reason, 'no-agreement');
  });

  it('refuses a tie, whichever side came first', () => {
    for (const votes of [
      [yes, no],
      [no, yes, no, yes],
    ]) {
      assert.equal((agreedSample(nli, candidate, votes, 1) as { reason: string }).reason, 'tie');
    }
  });

  it('refuses a candidate that says otherwise than the agreed result', () => {
    assert.deepEqual(agreedSample(nli, candidate, [no, no, yes], 2), {
      reason: 'answer-disagrees',
      detail: '3 attempts: no x2, yes x1; the candidate says yes',
    });
  });
});

describe('the vote on an answer', () => {
  const problem: Sample = { ...candidate, task: 'math', prompt: 'Half of one?', completion: '', answer: '' };

  it('gives a candidate without an answer the agreed one, and the first attempt that states it', () => {
    const attempts = ['It is 2. #### 2', 'One half. #### 0.5', 'So \\boxed{\\frac{1}{2}}'];
    const agreed = agreedSample(math, problem, attempts, 2) as Sample;
    assert.equal(agreed.answer, '0.5');
    assert.equal(agreed.completion, 'One half. #### 0.5');
    assert.equal(agreed.id, problem.id);
  });

  it('takes 0.5 and 1/2 for the same answer', () => {
    const known = { ...problem, answer: '1/2', completion: '#### 1/2' };
    assert.equal(agreedSample(math, known, ['#### 0.5', '#### \\frac{1}{2}'], 2), known);
  });
});

describe('the vote on a claim', () => {
  const record = { evidence: 'In 12 trials sleep did not differ.', conclusion: 'Sleep may be the same.' };
  const body = summarization.readRecord(record);
  assert.ok(body.ok);
  const pair: Sample = { ...candidate, task: 'summarization', ...body.body };

  it('keeps a conclusion that enough attempts call supported, and refuses one that they do not', () => {
    assert.equal(agreedSample(summarization, pair, [yes, no, yes], 2), pair);
    assert.deepEqual(agreedSample(summarization, pair, [yes, no, no], 2), {
      reason: 'answer-disagrees',
      detail: '3 attempts: no x2, yes x1; the candidate says yes',
    });
    assert.equal(
      (agreedSample(summarization, pair, [yes, silence, silence], 2) as { reason: string }).reason,
      'no-agreement',
    );
  });
});
