import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { commonSubsequenceLength } from '../../../core/text/longest-common-subsequence.ts';

const codes = fc.array(fc.constantFrom(1, -2, 3), { maxLength: 9 }).map((list) => Int32Array.from(list));

/** By trying every subset of the first list. */
function bruteForce(first: Int32Array, second: Int32Array): number {
  let longest = 0;
  for (let subset = 0; subset < 2 ** first.length; subset++) {
    const taken = first.filter((_, index) => subset & (1 << index));
    let at = 0;
    for (const code of second) if (code === taken[at]) at++;
    if (at === taken.length) longest = Math.max(longest, taken.length);
  }
  return longest;
}

describe('longest common subsequence', () => {
  it('equals trying every subset', () => {
    fc.assert(
      fc.property(codes, codes, (first, second) => {
        assert.equal(commonSubsequenceLength(first, second), bruteForce(first, second));
      }),
      { numRuns: 150 },
    );
  });

  it('is symmetric, and whole for a list with itself', () => {
    fc.assert(
      fc.property(codes, codes, (first, second) => {
        assert.equal(commonSubsequenceLength(first, second), commonSubsequenceLength(second, first));
        assert.equal(commonSubsequenceLength(first, first), first.length);
      }),
    );
  });
});
