import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  addRows,
  covarianceMatrix,
  decodeCovariance,
  emptyCovariance,
  encodeCovariance,
  mergeCovariances,
  momentMatrix,
} from '../../../core/diversity/covariance.ts';
import type { RowMatrix } from '../../../core/diversity/row-matrix.ts';
import { gatherRows, rowOf } from '../../../core/diversity/row-matrix.ts';
import { randomUnitRows } from './unit-rows.ts';

const covarianceOf = (rows: RowMatrix) => addRows(emptyCovariance(rows.dimension), rows);

function slice(rows: RowMatrix, start: number, end: number): RowMatrix {
  return gatherRows(
    rows,
    Array.from({ length: end - start }, (_, index) => start + index),
  );
}

/** The definition, entry by entry. */
function naiveCovariance(rows: RowMatrix): Float64Array {
  const { count, dimension } = rows;
  const matrix = new Float64Array(dimension * dimension);
  for (let index = 0; index < count; index++) {
    const row = Float64Array.from(rowOf(rows, index));
    const squares = row.reduce((sum, value) => sum + value * value, 0);
    for (let i = 0; i < dimension; i++) {
      for (let j = 0; j < dimension; j++) matrix[i * dimension + j]! += (row[i]! * row[j]!) / squares / count;
    }
  }
  return matrix;
}

function assertClose(found: Float64Array, expected: Float64Array, tolerance: number): void {
  assert.equal(found.length, expected.length);
  found.forEach((value, index) => {
    assert.ok(Math.abs(value - expected[index]!) <= tolerance, `entry ${index}: ${value} against ${expected[index]}`);
  });
}

describe('covariance of sketches', () => {
  it('equals the definition for sizes around the tile and chunk borders', () => {
    for (const [count, dimension] of [
      [1, 1],
      [3, 5],
      [130, 7],
      [257, 12],
      [40, 33],
    ] as const) {
      const rows = randomUnitRows(`definition/${count}`, count, dimension);
      assertClose(covarianceMatrix(covarianceOf(rows)), naiveCovariance(rows), 1e-14);
    }
  });

  it('is the same to the last bit however the rows come in chunks', () => {
    const rows = randomUnitRows('chunks', 300, 18);
    const whole = covarianceMatrix(covarianceOf(rows));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 6 }), (cuts) => {
        const borders = [0, ...cuts.sort((a, b) => a - b), 300];
        let covariance = emptyCovariance(18);
        for (let part = 1; part < borders.length; part++) {
          covariance = addRows(covariance, slice(rows, borders[part - 1]!, borders[part]!));
        }
        assert.deepEqual(covarianceMatrix(covariance), whole);
      }),
      { numRuns: 30 },
    );
  });

  it('merges parts to the covariance of all rows, and leaves the parts alone', () => {
    const rows = randomUnitRows('merge', 90, 10);
    const left = covarianceOf(slice(rows, 0, 30));
    const right = covarianceOf(slice(rows, 30, 90));
    const before = left.sums.tiles.slice();
    const merged = mergeCovariances(left, right);
    assert.equal(merged.count, 90);
    assertClose(covarianceMatrix(merged), covarianceMatrix(covarianceOf(rows)), 1e-15);
    assert.deepEqual(left.sums.tiles, before);
  });

  it('keeps the noise of its sums through merging and through its bytes', () => {
    const exact = covarianceOf(randomUnitRows('noise', 90, 10));
    const rough = { ...exact, precision: 1e-6 };
    for (const merged of [mergeCovariances(exact, rough), mergeCovariances(rough, exact)]) {
      assert.equal(decodeCovariance(encodeCovariance(merged)).precision, 1e-6);
    }
    assert.equal(addRows(rough, randomUnitRows('more', 3, 10)).precision, 1e-6);
    assert.ok(exact.precision > 0 && exact.precision < 1e-14);
  });

  it('is taken up again from its bytes without a difference', () => {
    const rows = randomUnitRows('resume', 200, 9);
    const bytes = encodeCovariance(covarianceOf(slice(rows, 0, 77)));
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const resumed = addRows(decodeCovariance(shifted.subarray(3)), slice(rows, 77, 200));
    assert.deepEqual(resumed, covarianceOf(rows));
  });

  it('refuses bytes that are cut short or of another kind', () => {
    const bytes = encodeCovariance(covarianceOf(randomUnitRows('cut', 4, 6)));
    const refusal = { name: 'PermanentError', type: 'CorruptArtifact' };
    assert.throws(() => decodeCovariance(bytes.subarray(0, bytes.length - 1)), refusal);
    assert.throws(() => decodeCovariance(bytes.subarray(0, 10)), refusal);
    assert.throws(() => decodeCovariance(new Uint8Array(bytes.length)), refusal);
  });

  it('refuses rows that are off unit norm by more than 1e-3, zero or not finite', () => {
    const rows = randomUnitRows('norm', 3, 4);
    const spoiled = (factor: number): RowMatrix => ({
      ...rows,
      values: rows.values.map((value, index) => (index < 4 ? value : value * factor)),
    });
    assert.doesNotThrow(() => covarianceOf(spoiled(1.0009)));
    for (const factor of [1.0011, 0.998, 0, NaN, Infinity]) {
      assert.throws(() => covarianceOf(spoiled(factor)), { type: 'InvalidData', message: /row 1 has norm/ });
    }
    assert.throws(() => addRows(emptyCovariance(5), rows), { type: 'InvalidData', message: /same|one sketch/ });
    assert.throws(() => covarianceOf({ ...rows, count: 4 }), /do not make 4 rows of 4/);
    assert.throws(() => covarianceMatrix(emptyCovariance(3)), /no rows/);
  });

  it('gives the Gram side as inner products over n', () => {
    const rows = randomUnitRows('gram', 6, 150);
    const gram = momentMatrix(rows, undefined, 'gram');
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++) {
        const inner = rowOf(rows, i).reduce((sum, value, index) => sum + value * rowOf(rows, j)[index]!, 0);
        assert.ok(Math.abs(gram[i * 6 + j]! - inner / 6) < 1e-7);
      }
    }
  });

  it('treats a weight of 2/n as a row that is there twice', () => {
    const rows = randomUnitRows('weights', 5, 8);
    const weights = Float64Array.of(2, 1, 1, 3, 1).map((times) => times / 8);
    const repeated = gatherRows(rows, [0, 0, 1, 2, 3, 3, 3, 4]);
    assertClose(momentMatrix(rows, weights, 'covariance'), momentMatrix(repeated, undefined, 'covariance'), 1e-15);
  });
});
