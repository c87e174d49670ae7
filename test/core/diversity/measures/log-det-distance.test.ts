import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logDetDistance } from '../../../../core/diversity/measures/log-det-distance.ts';
import { gatherRows } from '../../../../core/diversity/row-matrix.ts';
import { groupedRows, randomUnitRows, unitRows } from '../unit-rows.ts';
import { assertNear, goldenVectors, rowsOf } from './golden.ts';

describe('log-determinant distance', () => {
  for (const golden of goldenVectors) {
    it(`is the difference of n x n log-determinants by numpy, 1e-9: ${golden.name}`, () => {
      for (const [ridge, expected] of Object.entries(golden.logDetDistances)) {
        assertNear(logDetDistance(rowsOf(golden), Number(ridge)), expected);
      }
    });
  }

  it('is 0 for evenly spread rows, fewer or more than dimensions', () => {
    assertNear(logDetDistance(groupedRows('few', [1, 1, 1], 8, 0)), 0, 1e-12);
    assertNear(logDetDistance(groupedRows('many', [5, 5, 5, 5], 4, 0)), 0, 1e-12);
    assertNear(logDetDistance(unitRows([[3, 4]])), 0, 1e-12);
  });

  it('stays finite for equal rows: one eigenvalue n, the others 0', () => {
    const ridge = 1e-3;
    const expected = (Math.log((1 + ridge) / (5 + ridge)) + 4 * Math.log((1 + ridge) / ridge)) / 5;
    assertNear(logDetDistance(unitRows(Array<number[]>(5).fill([1, 2, 3, 4, 5, 6])), ridge), expected);
  });

  it('does not fall when the set is there twice, on either side of n = d', () => {
    for (const count of [4, 9, 12, 17, 40]) {
      const once = randomUnitRows(`twice/${count}`, count, 12);
      const twice = gatherRows(once, [...Array(2 * count).keys()].map((row) => row % count)); // prettier-ignore
      assert.ok(logDetDistance(twice) > logDetDistance(once) - 1e-12, `${count} rows`);
    }
  });
});
