// Verdicts beside those of Math-Verify 0.9.0 and SymPy 1.14.0 on pairs labelled by how they were made.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gradeResponse } from '../../../../tasks/math/grading/grader.ts';

interface GoldenPair {
  readonly kind: string;
  readonly change: string;
  readonly label: boolean;
  readonly answer: string;
  readonly response: string;
  readonly mathVerify: boolean;
  /** Null where SymPy read no two expressions. */
  readonly sympy: boolean | null;
}

const file = new URL('../../../golden/math-grader.jsonl', import.meta.url);
const pairs = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as GoldenPair);

describe('the strict grader', () => {
  const judged = pairs.map((pair) => ({ pair, correct: gradeResponse(pair.response, pair.answer, 'strict').correct }));

  it('says of every pair what it was made to be', () => {
    assert.ok(pairs.length >= 400);
    assert.deepEqual(
      judged.filter(({ pair, correct }) => correct !== pair.label),
      [],
    );
  });

  it('never differs from Math-Verify and SymPy together', () => {
    const agreed = judged.filter(({ pair }) => pair.sympy === pair.mathVerify);
    assert.ok(agreed.length >= 250, String(agreed.length));
    assert.deepEqual(
      agreed.filter(({ pair, correct }) => correct !== pair.sympy),
      [],
    );
  });
});
