// Totals told from a pilot: the t quantile against published values, the interval against how often it is right.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { uniforms } from '../../../core/random/philox.ts';
import { pilotTotal } from '../../../core/stats/pilot-total.ts';
import { studentQuantile } from '../../../core/stats/student-t.ts';

describe("Student's t quantile", () => {
  // scipy.stats.t.ppf(0.975, n) and ppf(0.9, n), SciPy 1.17.
  const known: readonly (readonly [number, number])[] = [
    [1, 12.706204736174694],
    [2, 4.302652729749462],
    [3, 3.1824463052837078],
    [4, 2.7764451051977934],
    [5, 2.5705818356363146],
    [7, 2.364624251592784],
    [10, 2.228138851986274],
    [30, 2.0422724563012378],
    [1000, 1.9623390808264083],
  ];
  for (const [degrees, expected] of known) {
    it(`has the published value at ${degrees} degrees of freedom, to 2e-4 of it`, () => {
      assert.ok(Math.abs(studentQuantile(0.975, degrees) / expected - 1) < 2e-4, `${studentQuantile(0.975, degrees)}`);
      assert.equal(studentQuantile(0.025, degrees), -studentQuantile(0.975, degrees));
    });
  }

  it('refuses what is no probability and no degree', () => {
    assert.throws(() => studentQuantile(1, 5), /probability 1 at 5/);
    assert.throws(() => studentQuantile(0.5, 0), /at 0 degrees/);
  });
});

describe('a total from a pilot', () => {
  it('is the mean times the units, without reach where all units are equal', () => {
    assert.deepEqual(pilotTotal([10, 10, 10], 7), { total: 70, low: 70, high: 70 });
    assert.equal(pilotTotal([0, 100], 50).low, 0);
    assert.throws(() => pilotTotal([3], 10), /A pilot of 1; .* at least 2/);
  });

  it('holds the true sum about as often as it says', () => {
    const random = uniforms('pilot');
    // Skewed, as token counts are: the square of a uniform, times 1000.
    const draw = () => 1000 * random.next() ** 2;
    let held = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const { low, high } = pilotTotal(Array.from({ length: 12 }, draw), 60);
      const sum = Array.from({ length: 60 }, draw).reduce((total, value) => total + value, 0);
      if (low <= sum && sum <= high) held += 1;
    }
    assert.ok(held / 2000 > 0.92 && held / 2000 < 0.98, String(held / 2000));
  });
});
