import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { approximateRandomization } from '../../../core/stats/approximate-randomization.ts';
import { bootstrapInterval } from '../../../core/stats/intervals.ts';

const golden = JSON.parse(readFileSync('test/golden/statistics.json', 'utf8')) as {
  readonly means: readonly { values: number[]; interval: [number, number] }[];
  readonly randomization: readonly { first: number[]; second: number[]; difference: number; pValue: number }[];
};

function meanDifference(first: readonly number[], second: readonly number[]): (swapped: Uint8Array) => number {
  return (swapped) => {
    const sum = first.reduce((total, value, item) => {
      const difference = value - second[item]!;
      return total + (swapped[item] === 1 ? -difference : difference);
    }, 0);
    return sum / first.length;
  };
}

describe('approximate randomization', () => {
  it('comes to the probability of permutation_test of scipy but for chance', () => {
    for (const { first, second, difference, pValue } of golden.randomization) {
      const found = approximateRandomization(first.length, meanDifference(first, second), { key: 'a', draws: 4000 });
      assert.ok(Math.abs(found.difference - difference) < 1e-12);
      assert.ok(Math.abs(found.pValue - pValue) < 0.03, `${found.pValue} is not near ${pValue}`);
    }
  });

  it('is 1 for a system against itself, and never below 1 in draws + 1', () => {
    const same = meanDifference([1, 2, 3], [1, 2, 3]);
    assert.equal(approximateRandomization(3, same, { key: 'a', draws: 99 }).pValue, 1);
    const apart = meanDifference(Array<number>(50).fill(1), Array<number>(50).fill(0));
    assert.equal(approximateRandomization(50, apart, { key: 'a', draws: 99 }).pValue, 0.01);
  });
});

describe('the percentile bootstrap', () => {
  it('comes to the interval of scipy but for chance', () => {
    for (const { values, interval } of golden.means) {
      const mean = (indices: Uint32Array) => indices.reduce((sum, index) => sum + values[index]!, 0) / indices.length;
      const { low, high } = bootstrapInterval(values.length, mean, { key: 'golden', draws: 4000 });
      const width = interval[1] - interval[0];
      assert.ok(Math.abs(low - interval[0]) < 0.06 * width, `${low} is not near ${interval[0]}`);
      assert.ok(Math.abs(high - interval[1]) < 0.06 * width, `${high} is not near ${interval[1]}`);
    }
  });

  it('leaves out draws in which the statistic is undefined', () => {
    const odd = (indices: Uint32Array) => (indices[0] === 0 ? NaN : 7);
    const { low, high } = bootstrapInterval(3, odd, { key: 'a', draws: 100 });
    assert.deepEqual([low, high], [7, 7]);
    assert.ok(Number.isNaN(bootstrapInterval(3, () => NaN, { key: 'a', draws: 10 }).low));
  });
});
