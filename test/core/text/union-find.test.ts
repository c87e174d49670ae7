import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { firstOfGroup, joinGroups, separateGroups } from '../../../core/text/union-find.ts';

const ROWS = 12;
const row = fc.integer({ min: 0, max: ROWS - 1 });

describe('groups of rows', () => {
  it('are the connected components, each known by its first row', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(row, row)), (pairs) => {
        const parents = separateGroups(ROWS);
        for (const [first, second] of pairs) joinGroups(parents, first, second);
        const firsts = Array.from(parents, (_, index) => firstOfGroup(parents, index));
        assert.deepEqual(firsts, componentsOf(pairs));
      }),
    );
  });
});

/** By handing the lowest row along every pair until nothing changes. */
function componentsOf(pairs: readonly (readonly [number, number])[]): number[] {
  const lowest = Array.from({ length: ROWS }, (_, index) => index);
  for (let changed = true; changed;) {
    changed = false;
    for (const [first, second] of pairs) {
      const least = Math.min(lowest[first]!, lowest[second]!);
      changed ||= lowest[first] !== least || lowest[second] !== least;
      lowest[first] = least;
      lowest[second] = least;
    }
  }
  return lowest;
}
