import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { novelSum } from '../../../../core/diversity/measures/novel-sum.ts';
import { groupedRows, randomUnitRows, unitRows } from '../unit-rows.ts';
import { assertNear, goldenVectors, rowsOf } from './golden.ts';

describe('NovelSum', () => {
  for (const golden of goldenVectors) {
    it(`agrees with the formula restated in numpy, 1e-9: ${golden.name}`, () => {
      for (const { value, ...settings } of golden.novelSums) assertNear(novelSum(rowsOf(golden), settings), value);
      assertNear(novelSum(rowsOf(golden)), golden.novelSums[0]!.value);
    });
  }

  it('is 1 / sqrt(2) for orthogonal rows: distance 1, squared distance 2', () => {
    assertNear(novelSum(groupedRows('axes', Array<number>(12).fill(1), 12, 0)), Math.SQRT1_2, 1e-9);
  });

  it('is 0 for one row and for equal rows', () => {
    assert.equal(novelSum(unitRows([[3, 4]])), 0);
    assert.equal(novelSum(unitRows(Array<number[]>(5).fill([3, 4]))), 0);
  });

  // A limit of the measure that docs/guide/measures.md warns of, not a virtue.
  it('rates tight clusters above random rows when the set is its own reference', () => {
    const clustered = novelSum(groupedRows('tight', [20, 20, 20, 20], 32, 0.01));
    const random = novelSum(randomUnitRows('random', 80, 32));
    assert.ok(clustered > 10 && random < 1, `${clustered} and ${random}`);
  });
});
