import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { mcNemarTest, pairedDifference } from '../../../core/stats/paired.ts';

/** Grades with the given discordant counts among `both` items that both systems got right. */
function grades(onlyFirst: number, onlySecond: number, both: number): [number[], number[]] {
  const fill = (count: number, grade: number) => Array<number>(count).fill(grade);
  return [
    [...fill(onlyFirst, 1), ...fill(onlySecond, 0), ...fill(both, 1)],
    [...fill(onlyFirst, 0), ...fill(onlySecond, 1), ...fill(both, 1)],
  ];
}

describe('exact McNemar test', () => {
  // SciPy 1.17, binomtest(min(b, c), b + c, 0.5).pvalue; the last row is where 2^-n underflows.
  for (const [onlyFirst, onlySecond, pValue] of [
    [0, 0, 1],
    [5, 0, 0.0625],
    [10, 2, 0.03857421875],
    [7, 7, 1],
    [3, 9, 0.14599609375],
    [150, 101, 0.0023809925216453512],
    [700, 600, 0.0060157938610449395],
    [2000, 1800, 0.0012427867782632013],
  ] as const) {
    it(`gives ${pValue} for ${onlyFirst} against ${onlySecond}`, () => {
      const [first, second] = grades(onlyFirst, onlySecond, 40);
      const test = mcNemarTest(first, second);
      assert.deepEqual([test.onlyFirst, test.onlySecond], [onlyFirst, onlySecond]);
      assert.ok(Math.abs(test.pValue / pValue - 1) < 1e-10, `${test.pValue}`);
    });
  }

  it('does not care which system comes first', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(0, 1)), { minLength: 1 }), (pairs) => {
        const first = pairs.map(([grade]) => grade);
        const second = pairs.map(([, grade]) => grade);
        assert.equal(mcNemarTest(first, second).pValue, mcNemarTest(second, first).pValue);
      }),
    );
  });

  it('refuses unequal lengths, empty sets and grades between 0 and 1', () => {
    for (const [first, second] of [
      [[1], [1, 0]],
      [[], []],
      [[0.5], [1]],
    ] as const) {
      assert.throws(() => mcNemarTest(first, second), { name: 'PermanentError', type: 'InvalidData' });
    }
  });
});

describe('paired difference', () => {
  it('is the difference of accuracies, within its interval', () => {
    const [first, second] = grades(30, 10, 60);
    const { difference, low, high } = pairedDifference(first, second, { key: 'a' });
    assert.equal(difference, 0.2);
    assert.ok(low < 0.2 && 0.2 < high && low > 0);
  });

  it('is narrower than two independent accuracies would allow, as the items are the same', () => {
    const [first, second] = grades(2, 2, 96);
    const { low, high } = pairedDifference(first, second, { key: 'a' });
    assert.ok(high - low < 0.1, `${high - low}`);
  });

  it('is exactly zero for a system against itself', () => {
    const { difference, low, high } = pairedDifference([1, 0, 1], [1, 0, 1], { key: 'a', draws: 20 });
    assert.deepEqual([difference, low, high], [0, 0, 0]);
  });
});
