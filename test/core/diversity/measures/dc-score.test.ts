import { describe, it } from 'node:test';
import { dcScore } from '../../../../core/diversity/measures/dc-score.ts';
import { groupedRows, unitRows } from '../unit-rows.ts';
import { assertNear, goldenVectors, rowsOf } from './golden.ts';

describe('DCScore', () => {
  for (const golden of goldenVectors) {
    it(`is the trace of the softmax restated in numpy, 1e-9: ${golden.name}`, () => {
      for (const [temperature, expected] of Object.entries(golden.dcScores)) {
        assertNear(dcScore(rowsOf(golden), Number(temperature)), expected);
      }
    });
  }

  it('is 1 for equal rows and n e / (e + n - 1) for n orthogonal ones, which tends to e', () => {
    assertNear(dcScore(unitRows(Array<number[]>(7).fill([3, 4]))), 1, 1e-9);
    for (const n of [1, 4, 32]) {
      assertNear(dcScore(groupedRows('axes', Array<number>(n).fill(1), n, 0)), (n * Math.E) / (Math.E + n - 1), 1e-12);
    }
  });

  it('tends to the number of distinct rows as the temperature falls', () => {
    assertNear(dcScore(groupedRows('cold', [4, 4, 4], 5, 0), 0.01), 3, 1e-12);
  });
});
