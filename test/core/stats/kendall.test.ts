import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { kendallTau } from '../../../core/stats/kendall.ts';

interface Case {
  readonly x: number[];
  readonly y: number[];
  readonly tau: number;
}

const cases = JSON.parse(readFileSync(new URL('../../golden/kendall.json', import.meta.url), 'utf8')) as Case[];

describe("Kendall's tau", () => {
  for (const { x, y, tau } of cases) {
    it(`is that of scipy for ${x.length} pairs with ${new Set(x).size} different values`, () => {
      assert.ok(Math.abs(kendallTau(x, y) - tau) < 1e-12, `${kendallTau(x, y)} and ${tau}`);
      assert.ok(Math.abs(kendallTau(y, x) - tau) < 1e-12);
    });
  }

  it('is 1 for the same order and -1 for the other one', () => {
    assert.equal(kendallTau([1, 2, 3, 4], [10, 20, 30, 40]), 1);
    assert.equal(kendallTau([1, 2, 3, 4], [4, 3, 2, 1]), -1);
  });

  it('is NaN where a side is constant, and refuses lists of unequal length', () => {
    assert.equal(kendallTau([1, 1, 1], [1, 2, 3]), NaN);
    assert.throws(() => kendallTau([1, 2], [1]), { type: 'InvalidData', message: /lists of 2 and 1 values/ });
    assert.throws(() => kendallTau([1, NaN], [1, 2]), { type: 'InvalidData', message: /one not finite/ });
  });
});
