import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { confusionOf, macroF1Of } from '../../../core/scoring/confusion.ts';
import { averageAtK, majorityAtK, passAtK } from '../../../core/stats/sampled-answers.ts';

const golden = JSON.parse(readFileSync('test/golden/statistics.json', 'utf8')) as {
  readonly passAtK: readonly [n: number, c: number, k: number, value: number][];
  readonly labels: readonly { expected: string[]; stated: string[]; macroF1: number }[];
};

describe('pass@k', () => {
  it('is 1 - C(n-c,k)/C(n,k)', () => {
    for (const [n, c, k, value] of golden.passAtK) {
      assert.ok(Math.abs(passAtK(n, c, k) - value) < 1e-12, `${n} ${c} ${k}: ${passAtK(n, c, k)}`);
    }
    assert.equal(passAtK(4, 2, 3), 1);
  });

  it('refuses more draws than samples, and fractions', () => {
    for (const [n, c, k] of [
      [4, 2, 5],
      [4, 5, 1],
      [4, 1, 0],
      [4, 0.5, 1],
    ] as const) {
      assert.throws(() => passAtK(n, c, k), { name: 'PermanentError', type: 'InvalidData' });
    }
  });
});

describe('the average over samples', () => {
  it('has the deviation of runs, sample j of every item being run j', () => {
    const { mean, standardDeviation, standardError } = averageAtK([
      [1, 0, 1],
      [1, 0, 0],
    ]);
    // numpy: np.std([1, 0, .5], ddof=1)
    assert.deepEqual([mean, standardDeviation], [0.5, 0.5]);
    assert.equal(standardError, 0.5 / Math.sqrt(3));
    assert.equal(averageAtK([[1], [0]]).standardDeviation, 0);
  });

  it('refuses items with other numbers of samples', () => {
    for (const correct of [[], [[]], [[1, 0], [1]]]) {
      assert.throws(() => averageAtK(correct), { name: 'PermanentError', type: 'InvalidData' });
    }
  });
});

describe('the majority vote', () => {
  const vote = (answer: string | null, isCorrect: boolean) => ({ answer, isCorrect });

  it('ignores samples without an answer and averages ties', () => {
    assert.equal(majorityAtK([vote('4', true), vote('5', false), vote('4', true)]), 1);
    assert.equal(majorityAtK([vote(null, false), vote(null, false), vote('4', true)]), 1);
    assert.equal(majorityAtK([vote('4', true), vote('5', false), vote('6', false), vote(null, false)]), 1 / 3);
    assert.equal(majorityAtK([vote('5', false), vote('5', false), vote('4', true)]), 0);
    assert.equal(majorityAtK([vote(null, false)]), 0);
  });
});

describe('macro-F1', () => {
  const labels = ['entailment', 'neutral', 'contradiction'];

  it('is that of scikit-learn, answers without a label being misses', () => {
    assert.equal(golden.labels.length, 2);
    for (const { expected, stated, macroF1: value } of golden.labels) {
      const rows = expected.map((label, row) => ({
        expected: labels.indexOf(label),
        stated: [labels.indexOf(stated[row] ?? '')],
      }));
      const found = macroF1Of(confusionOf(rows, [...rows.keys()], 3), 3);
      assert.ok(Math.abs(found - value) < 1e-12, `${found} is not ${value}`);
    }
  });
});
