// A few items out of many: distinct, in proportion to their weights, and the same for the same key.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { drawItems, evenUrn, weightedUrn } from '../../../core/random/weighted-draw.ts';

const weights = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 });

describe('drawing without replacement', () => {
  it('gives distinct items with a weight, as many as are wanted or there are', () => {
    fc.assert(
      fc.property(weights, fc.nat(50), fc.string(), (given, count, key) => {
        const drawn = drawItems(weightedUrn(given), count, key);
        assert.equal(new Set(drawn).size, drawn.length);
        assert.equal(drawn.length, Math.min(count, given.filter((weight) => weight > 0).length));
        assert.ok(drawn.every((item) => given[item]! > 0));
        assert.deepEqual(drawItems(weightedUrn(given), count, key), drawn);
      }),
    );
  });

  it('gives the same items for equal weights as for none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(50), fc.string(), (size, count, key) => {
        const ones = new Array<number>(size).fill(1);
        assert.deepEqual(drawItems(weightedUrn(ones), count, key), drawItems(evenUrn(size), count, key));
      }),
    );
  });

  it('draws every ordered pair as often as successive draws in proportion to the weights do', () => {
    const given = [1, 2, 5];
    const seen = new Map<string, number>();
    const draws = 40_000;
    for (let draw = 0; draw < draws; draw++) {
      const pair = drawItems(weightedUrn(given), 2, `pairs/${draw}`).join();
      seen.set(pair, (seen.get(pair) ?? 0) + 1);
    }
    for (const first of [0, 1, 2]) {
      for (const second of [0, 1, 2].filter((item) => item !== first)) {
        const expected = (given[first]! / 8) * (given[second]! / (8 - given[first]!));
        const share = (seen.get(`${first},${second}`) ?? 0) / draws;
        // Four standard deviations of a share over 40,000 draws.
        const tolerance = 4 * Math.sqrt((expected * (1 - expected)) / draws);
        assert.ok(Math.abs(share - expected) < tolerance, `${first},${second}: ${share}, expected ${expected}`);
      }
    }
  });

  it('looks at a handful of a hundred million items', () => {
    let looks = 0;
    const huge = { size: 1e8, weightUpTo: (item: number) => (looks++, item + 1) };
    assert.equal(new Set(drawItems(huge, 5, 'huge')).size, 5);
    assert.ok(looks < 200, `${looks} looks`);
  });

  it('refuses a weight that is none', () => {
    for (const weight of [-1, NaN, Infinity]) assert.throws(() => weightedUrn([1, weight]), { type: 'InvalidData' });
  });
});
