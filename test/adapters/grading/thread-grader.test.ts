// The grading thread: its verdicts are the grader's own, and a pair that takes too long costs only itself.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pair } from '../../../adapters/grading/pair-grader.ts';
import { createThreadGrader } from '../../../adapters/grading/thread-grader.ts';
import { gradeResponse, graderVersion } from '../../../tasks/math/grading/grader.ts';
import { each, gradeAll } from './pairs.ts';

const right: Pair = { response: '\\boxed{\\frac{1}{2}}', answer: '0.5' };
const wrong: Pair = { response: 'So 3.', answer: '0.5' };
const endless: Pair = { response: 'for ever', answer: '1' };

describe('the grading thread', () => {
  it('gives the verdicts of the grader, in order', async () => {
    const grader = createThreadGrader({ profile: 'qwen', limitSeconds: 30 });
    const verdicts = await gradeAll(grader, [right, wrong, right]);
    assert.deepEqual(
      verdicts,
      [right, wrong, right].map(({ response, answer }) => gradeResponse(response, answer, 'qwen')),
    );
    assert.equal(grader.name, `${graderVersion} qwen`);
  });

  it('is replaced when a pair overruns the limit, and goes on with the next', async () => {
    const entry = new URL('./stubborn-thread.ts', import.meta.url);
    const grader = createThreadGrader({ profile: 'strict', limitSeconds: 0.5, entry });
    const verdicts = await gradeAll(grader, [right, endless, right, endless]);
    assert.deepEqual(
      verdicts.map(({ correct, reason }) => [correct, reason]),
      [
        [true, 'equal-number'],
        [false, 'time-limit'],
        [true, 'equal-number'],
        [false, 'time-limit'],
      ],
    );
  });

  it('ends when nobody asks for more verdicts', async () => {
    const grader = createThreadGrader({ profile: 'strict', limitSeconds: 30 });
    const verdicts = grader.grade(each([right, wrong]))[Symbol.asyncIterator]();
    assert.ok((await verdicts.next()).value?.correct);
    await verdicts.return?.();
  });

  it('says so when its file cannot be loaded', async () => {
    const entry = new URL('./no-such-thread.ts', import.meta.url);
    const grader = createThreadGrader({ profile: 'strict', limitSeconds: 1, entry });
    await assert.rejects(gradeAll(grader, [right]), /no-such-thread/);
  });
});
