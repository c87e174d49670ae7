// Intervals of scores, differences on the same rows, means over benchmarks: against formulas where there are some, and by what
// must hold for any data.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { differenceOf, estimateOf, groupScores, meanScore } from '../../../core/scoring/estimates.ts';
import { meanMetric } from '../../../core/scoring/metrics.ts';
import { uniforms } from '../../../core/random/philox.ts';
import { wilsonInterval } from '../../../core/stats/intervals.ts';

function values(key: string, rows: number, make: (uniform: number) => number = (uniform) => uniform): Float64Array {
  const random = uniforms(key);
  return Float64Array.from({ length: rows }, () => make(random.next()));
}

const half = (uniform: number) => (uniform < 0.5 ? 1 : 0);

describe('an estimate', () => {
  it('of right and wrong rows has the Wilson interval', () => {
    const metric = meanMetric('accuracy', Float64Array.of(1, 0, 1, 1));
    const { low, high } = wilsonInterval(3, 4);
    assert.deepEqual(estimateOf(metric, 4, 'key'), { value: 0.75, interval: [low, high] });
  });

  it('of other values has a bootstrap interval near the normal one, the same for the same key', () => {
    const rows = 400;
    const scores = values('scores', rows);
    const metric = meanMetric('rouge-l', scores);
    const found = estimateOf(metric, rows, 'key');
    const deviation = Math.sqrt(scores.reduce((sum, one) => sum + (one - metric.value) ** 2, 0) / rows / rows);
    assert.ok(Math.abs(found.interval![0] - (metric.value - 1.96 * deviation)) < 0.004, String(found.interval));
    assert.ok(Math.abs(found.interval![1] - (metric.value + 1.96 * deviation)) < 0.004, String(found.interval));
    assert.deepEqual(estimateOf(metric, rows, 'key'), found);
    assert.notDeepEqual(estimateOf(metric, rows, 'other'), found);
  });

  it('of a metric without draws is its value alone', () => {
    assert.deepEqual(estimateOf({ name: 'x', values: null, of: null, value: 3 }, 5, 'key'), {
      value: 3,
      interval: null,
    });
  });
});

describe('groups', () => {
  it('come with the largest first, as many as are shown, each scored by its own rows', () => {
    const main = meanMetric('accuracy', Float64Array.of(1, 0, 1, 0, 0, 1));
    const groups = groupScores(['b', 'a', 'b', 'a', 'a', 'c'], main, 2, 'key');
    assert.deepEqual(
      groups.map(({ group, n, score }) => [group, n, score.value]),
      [
        ['a', 3, 0],
        ['b', 2, 1],
      ],
    );
    assert.deepEqual(groupScores(['all', 'all'], meanMetric('accuracy', Float64Array.of(1, 0)), 2, 'key'), []);
  });
});

describe('a difference on the same rows', () => {
  it('is narrower than two intervals, for students whose errors go together', () => {
    const rows = 300;
    const first = values('first', rows, half);
    const second = first.map((value, row) => (row % 20 === 0 ? 1 : value));
    const [one, other] = [meanMetric('accuracy', first), meanMetric('accuracy', second)];
    const difference = differenceOf(one, other, rows, 'key')!;
    assert.ok(Math.abs(difference.value - (other.value - one.value)) < 1e-15);
    const [low, high] = difference.interval!;
    assert.ok(low > 0 && low <= difference.value && difference.value <= high, `${low} ${high}`);
    const alone = estimateOf(one, rows, 'key').interval!;
    assert.ok(high - low < (alone[1] - alone[0]) / 2);
    assert.deepEqual(differenceOf(one, one, rows, 'key'), { value: 0, interval: [0, 0] });
  });
});

describe('the mean over benchmarks', () => {
  it('weighs benchmarks alike whatever their sizes, with the interval of independent draws', () => {
    const small = values('small', 50, half);
    const large = values('large', 5000, half);
    const mean = meanScore(
      [
        { first: small, second: null },
        { first: large, second: null },
      ],
      'key',
    )!;
    const average = (one: Float64Array) => one.reduce((sum, value) => sum + value, 0) / one.length;
    assert.ok(Math.abs(mean.first!.value - (average(small) + average(large)) / 2) < 1e-15);
    const variance = (one: Float64Array) => (average(one) * (1 - average(one))) / one.length;
    const reach = (1.96 * Math.sqrt(variance(small) + variance(large))) / 2;
    const [low, high] = mean.first!.interval!;
    assert.ok(Math.abs(high - low - 2 * reach) < 0.02, `${high - low} against ${2 * reach}`);
    assert.deepEqual([mean.benchmarks, mean.second, mean.difference], [2, null, null]);
  });

  it('pairs the rows of two students, and is none where a student left a benchmark out', () => {
    const first = values('paired', 200, half);
    const second = first.map((value, row) => (row < 20 ? 1 : value));
    const { difference } = meanScore([{ first, second }], 'key')!;
    assert.ok(difference!.interval![0] > 0);
    const partly = meanScore(
      [
        { first, second },
        { first, second: null },
      ],
      'key',
    )!;
    assert.deepEqual([partly.second, partly.difference], [null, null]);
    assert.equal(meanScore([{ first: null, second }], 'key')!.first, null);
    assert.equal(meanScore([], 'key'), null);
  });
});
