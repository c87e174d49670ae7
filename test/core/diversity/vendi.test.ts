import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addRows, emptyCovariance, momentMatrix } from '../../../core/diversity/covariance.ts';
import { symmetricEigenvalues } from '../../../core/diversity/eigenvalues.ts';
import type { RowMatrix } from '../../../core/diversity/row-matrix.ts';
import { gatherRows } from '../../../core/diversity/row-matrix.ts';
import {
  gVendi,
  gVendiOfCovariance,
  sketchSpectrum,
  spectrumShares,
  vendiScore,
} from '../../../core/diversity/vendi.ts';
import { permutation, uniformAt } from '../../../core/random/philox.ts';
import { groupedRows, randomUnitRows, unitRows } from './unit-rows.ts';

interface Golden {
  readonly count: number;
  readonly dimension: number;
  readonly rows: readonly number[];
  readonly scores: Readonly<Record<string, number>>;
  readonly primal: number;
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/diversity/vendi.json', import.meta.url), 'utf8'),
) as Golden;
interface ParityCase {
  readonly name: string;
  readonly count: number;
  readonly dimension: number;
  readonly whole: readonly number[];
  readonly draws: readonly number[];
  readonly scores: readonly { readonly order: string; readonly plain: number; readonly weighted: number }[];
}

const parity = JSON.parse(
  readFileSync(new URL('../../golden/diversity/vendi-parity.json', import.meta.url), 'utf8'),
) as readonly ParityCase[];
const goldenRows: RowMatrix = { ...golden, values: Float32Array.from(golden.rows) };

function assertNear(found: number, expected: number, tolerance = 1e-9): void {
  assert.ok(Math.abs(found / expected - 1) <= tolerance, `${found} against ${expected}`);
}

/** VS_q of a similarity matrix with unit diagonal, by weights p (1/n each when left out). */
function scoreOfSimilarity(similarity: readonly (readonly number[])[], q = 1, p?: readonly number[]): number {
  const size = similarity.length;
  const share = (index: number): number => p?.[index] ?? 1 / size;
  const matrix = similarity.flatMap((row, i) => row.map((value, j) => value * Math.sqrt(share(i) * share(j))));
  return vendiScore(symmetricEigenvalues(Float64Array.from(matrix), size), q);
}

describe('Vendi score', () => {
  const pair = [
    [1, 0.9, 0],
    [0.9, 1, 0],
    [0, 0, 1],
  ];

  it('gives the reference values of vendi-score 0.0.3 for a similarity matrix', () => {
    assertNear(scoreOfSimilarity(pair, 1), 2.1573004833739833);
    assertNear(scoreOfSimilarity(pair, 2), 1.9480519480519483);
    assertNear(scoreOfSimilarity(pair, Infinity), 1.5789473684210527);
    assertNear(scoreOfSimilarity(pair, 0.5), 2.420348357053285);
    assertNear(scoreOfSimilarity(pair, 1, [0.5, 0.25, 0.25]), 2.009882583824147);
  });

  it('gives the reference value for six points in three pairs', () => {
    const points = [0, 0, 10, 10, 20, 20];
    const similarity = points.map((a) => points.map((b) => Math.exp(-Math.abs(a - b))));
    assertNear(scoreOfSimilarity(similarity), 2.9999999958777);
  });

  for (const [order, score] of Object.entries(golden.scores)) {
    it(`agrees with vendi-score on 50 random rows of 8, q = ${order}`, () => {
      assertNear(vendiScore(sketchSpectrum(goldenRows), Number(order)), score);
    });
  }

  for (const { name, count, dimension, whole, draws, scores } of parity) {
    it(`agrees with vendi-score with and without weights, q = 0.5 to Infinity: ${name}`, () => {
      const rows = unitRows(
        Array.from({ length: count }, (_, row) => whole.slice(row * dimension, (row + 1) * dimension)),
      );
      const drawn = draws.reduce((a, b) => a + b, 0);
      const weights = Float64Array.from(draws, (times) => times / drawn);
      for (const { order, plain, weighted } of scores) {
        assertNear(vendiScore(sketchSpectrum(rows), Number(order)), plain);
        assertNear(vendiScore(sketchSpectrum(rows, weights), Number(order)), weighted);
      }
    });
  }

  it('gives 4 for four axes, 1 for five equal rows, 1.8898815748423097 for e1, e2, e1', () => {
    const [first, second] = [
      [1, 0],
      [0, 1],
    ];
    assertNear(gVendi(unitRows([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])).value, 4); // prettier-ignore
    assertNear(gVendi(unitRows(Array<number[]>(5).fill([1, 2, 3]))).value, 1);
    assertNear(gVendi(unitRows([first, second, first])).value, 1.8898815748423097);
  });

  it('does not rise with the order, and stays within 1 and min(n, d)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 20 }), fc.integer(), (n, d, seed) => {
        const spectrum = sketchSpectrum(randomUnitRows(`orders/${seed}`, n, d));
        const scores = [0.5, 0.75, 0.999, 1, 1.001, 2, 10, 500, Infinity].map((q) => vendiScore(spectrum, q));
        scores.forEach((score, index) => {
          assert.ok(score >= 1 - 1e-12 && score <= Math.min(n, d) + 1e-9, `score ${score} of n ${n}, d ${d}`);
          if (index > 0) assert.ok(score <= scores[index - 1]! + 1e-9, `order ${index} rises`);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('clips rounding noise of a rank-deficient spectrum, negative values included', () => {
    const clean = [0.5, 0.3, 0.2];
    const noisy = [...clean, 1e-17, -3e-17, ...Array<number>(997).fill(2e-17)];
    assertNear(vendiScore(noisy, 0.5), vendiScore(clean, 0.5), 1e-12);
    assertNear(vendiScore(noisy, 1), vendiScore(clean, 1), 1e-12);
  });

  // vendi-score drops negative eigenvalues and leaves the rest as it is: noise then changes the sum.
  it('makes the shares that are left sum to 1', () => {
    const shares = spectrumShares([0.5, 0.3, 0.1, 1e-17, -1e-17]);
    assert.equal(shares.length, 3);
    assertNear(shares[0]!, 5 / 9, 1e-15);
    assertNear(shares.reduce((a, b) => a + b, 0), 1, 1e-15); // prettier-ignore
  });

  // Counting eigenvalues above 0 finds about 150 directions on the covariance side of 50 rows in 256 dimensions.
  it('does not see more directions than rows on the covariance side, at any order offered', () => {
    const rows = randomUnitRows('rank deficient', 50, 256);
    const full = symmetricEigenvalues(momentMatrix(rows, undefined, 'covariance'), 256);
    assert.equal(spectrumShares(full).length, 50);
    for (const q of [0.5, 0.75, 1, 2, 7, Infinity])
      assertNear(vendiScore(full, q), vendiScore(sketchSpectrum(rows), q));
  });

  it('refuses orders below a half and spectra without a positive value', () => {
    for (const q of [0, 0.49, -1, NaN]) {
      assert.throws(() => vendiScore([1], q), { name: 'PermanentError', type: 'InvalidConfig' });
    }
    assert.throws(() => vendiScore([0, 0]), { type: 'InvalidData' });
    assert.throws(() => vendiScore([]), { type: 'InvalidData' });
  });
});

describe('G-Vendi', () => {
  const rows = randomUnitRows('g-vendi', 60, 24);
  const value = gVendi(rows).value;

  it('reports n, d, the effective share and the order-2 score', () => {
    const score = gVendi(rows);
    assert.deepEqual([score.n, score.d], [60, 24]);
    assertNear(score.effectiveShare, score.value / 24);
    assertNear(score.vs2, vendiScore(sketchSpectrum(rows), 2));
  });

  it('ignores the order of rows and the sign of any row', () => {
    assertNear(gVendi(gatherRows(rows, permutation('rows', 60))).value, value, 1e-12);
    const flipped = rows.values.map((entry, index) =>
      uniformAt('signs', Math.floor(index / 24)) < 0.5 ? -entry : entry,
    );
    assertNear(gVendi({ ...rows, values: flipped }).value, value, 1e-12);
  });

  it('ignores the scale of a row within the tolerance of the norm check', () => {
    const scaled = rows.values.map((entry, index) => entry * (Math.floor(index / 24) % 2 === 0 ? 1.0005 : 0.9995));
    assertNear(gVendi({ ...rows, values: scaled }).value, value, 1e-6);
  });

  it('does not change when the whole set is there twice, even across the Gram border', () => {
    for (const dimension of [24, 100]) {
      const once = randomUnitRows('twice', 60, dimension);
      const indices = Array.from({ length: 120 }, (_, index) => index % 60);
      assertNear(gVendi(gatherRows(once, indices)).value, gVendi(once).value, 1e-10);
    }
  });

  it('is the same from the Gram side, the covariance side and an accumulated covariance', () => {
    for (const [count, dimension] of [
      [20, 50],
      [50, 20],
      [1, 7],
    ] as const) {
      const set = randomUnitRows('sides', count, dimension);
      const gram = vendiScore(symmetricEigenvalues(momentMatrix(set, undefined, 'gram'), count));
      assertNear(gram, vendiScore(symmetricEigenvalues(momentMatrix(set, undefined, 'covariance'), dimension)), 1e-11);
      assertNear(gVendi(set).value, gram, 1e-11);
      assertNear(gVendiOfCovariance(addRows(emptyCovariance(dimension), set)).value, gram, 1e-11);
    }
  });

  it('takes weights on both sides; a row of weight k / n counts as k rows', () => {
    for (const dimension of [5, 40]) {
      const set = randomUnitRows('weighted', 10, dimension);
      const draws = [3, 0, 1, 1, 2, 0, 1, 0, 4, 0];
      const weights = Float64Array.from(draws, (times) => times / 12);
      const repeated = gatherRows(set, draws.flatMap((times, row) => Array<number>(times).fill(row))); // prettier-ignore
      for (const q of [0.5, 1, 2, Infinity]) {
        const expected = vendiScore(sketchSpectrum(repeated), q);
        assertNear(vendiScore(sketchSpectrum(set, weights), q), expected);
        for (const side of ['gram', 'covariance'] as const) {
          const size = side === 'gram' ? 10 : dimension;
          assertNear(vendiScore(symmetricEigenvalues(momentMatrix(set, weights, side), size), q), expected);
        }
      }
    }
  });

  it('counts m orthogonal groups of equal size as m', () => {
    for (const m of [1, 2, 5, 16]) {
      assertNear(gVendi(groupedRows('groups', Array<number>(m).fill(6), 16, 0)).value, m, 1e-12);
    }
  });

  it('falls as one direction is drawn more and more often', () => {
    const scores = [5, 10, 20, 40, 80].map((size) => gVendi(groupedRows('lopsided', [size, 5, 5, 5], 8, 0)).value);
    scores.slice(1).forEach((score, index) => {
      assert.ok(score < scores[index]!, `${score} is not below ${scores[index]}`);
    });
  });

  // vendi-score's score_K takes what it gets: zero rows leave a trace below 1, rows off unit norm one off 1.
  it('refuses zero rows and rows that are not of unit norm', () => {
    for (const wrong of [0, 2, NaN]) {
      const values = Float32Array.of(1, 0, wrong, 0);
      assert.throws(() => gVendi({ values, count: 2, dimension: 2 }), { type: 'InvalidData', message: /row 1/ });
    }
  });

  it('refuses an empty set', () => {
    assert.throws(() => gVendi({ values: new Float32Array(0), count: 0, dimension: 4 }), { type: 'InvalidData' });
  });
});
