import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { averageRanks, partialSpearman, spearman } from '../../../core/stats/correlation.ts';
import { correlationTable } from '../../../core/study/correlations.ts';

interface Case {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly controls: readonly (readonly number[])[];
  readonly spearman: number;
  readonly partial: number;
  readonly interval: readonly [number, number];
}

const { correlations } = JSON.parse(readFileSync('test/golden/statistics.json', 'utf8')) as { correlations: Case[] };
const near = (found: number, expected: number, tolerance: number): void => {
  assert.ok(Math.abs(found - expected) < tolerance, `${found} is not ${expected}`);
};

describe('rank correlation', () => {
  for (const one of correlations) {
    const { x, y, controls } = one;
    it(`of ${x.length} pairs with ties is that of scipy, plain and with ${controls.length} controls`, () => {
      near(spearman(x, y), one.spearman, 1e-12);
      near(partialSpearman(x, y, controls), one.partial, 1e-10);
      assert.equal(partialSpearman(x, y, []), spearman(x, y));
    });

    it(`of ${x.length} pairs has the bootstrap interval of scipy but for chance`, () => {
      const table = correlationTable({
        measures: new Map([['x', Float64Array.from(x)]]),
        outcome: Float64Array.from(y),
        controls: [],
        clusters: x.map((_, unit) => String(unit)),
        leads: [],
        plan: { key: 'golden', draws: 4000, partialDraws: 1 },
      });
      const found = table.correlations[0];
      const interval = found?.interval;
      near(found?.rho ?? NaN, one.spearman, 1e-12);
      near(interval?.[0] ?? NaN, one.interval[0], 0.04);
      near(interval?.[1] ?? NaN, one.interval[1], 0.02);
    });
  }

  it('gives equal values the average of their ranks', () => {
    assert.deepEqual(Array.from(averageRanks([3, 1, 3, 2, 3])), [4, 1, 4, 2, 4]);
  });

  it('is 1 for any rising function, and has a sign', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 2 }), (x) => {
        const risen = x.map((value) => value ** 3 + value);
        near(spearman(x, risen), 1, 1e-12);
        near(
          spearman(
            x,
            risen.map((value) => -value),
          ),
          -1,
          1e-12,
        );
      }),
    );
  });

  it('is undefined where a side is constant or explained by a control', () => {
    assert.ok(Number.isNaN(spearman([1, 1, 1], [1, 2, 3])));
    assert.ok(Number.isNaN(partialSpearman([1, 2, 3, 5], [4, 1, 2, 9], [[10, 20, 30, 40]])));
  });

  it('refuses unequal lengths, single values and what is no number', () => {
    for (const [x, y] of [
      [[1, 2], [1]],
      [[1], [1]],
      [
        [1, NaN],
        [1, 2],
      ],
    ] as const) {
      assert.throws(() => spearman(x, y), { name: 'PermanentError', type: 'InvalidData' });
    }
  });
});
