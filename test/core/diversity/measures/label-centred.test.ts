import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { labelCentredGVendi } from '../../../../core/diversity/measures/label-centred.ts';
import { gVendi } from '../../../../core/diversity/vendi.ts';
import { randomUnitRows, unitRows } from '../unit-rows.ts';
import { assertNear, goldenVectors, rowsOf } from './golden.ts';

describe('label-centred G-Vendi', () => {
  for (const golden of goldenVectors) {
    // Centred rows are kept as float32 like all sketches, hence 1e-7 and not 1e-9.
    it(`agrees with vendi-score on rows centred in numpy, 1e-7: ${golden.name}`, () => {
      const { value, n } = labelCentredGVendi(rowsOf(golden), golden.labels);
      assertNear(value, golden.labelCentred.value, 1e-7);
      assert.equal(n, golden.labelCentred.rows);
    });
  }

  it('sees the directions that a shared format hides', () => {
    // 60 directions in 30 dimensions under a format of twice their size, one for each of two labels.
    const directions = randomUnitRows('format', 60, 30);
    const rows = Array.from({ length: 60 }, (_, row) => [
      ...directions.values.subarray(row * 30, (row + 1) * 30),
      ...(row % 2 === 0 ? [2, 0] : [0, 2]),
    ]);
    const labels = rows.map((_, row) => (row % 2 === 0 ? 'yes' : 'no'));
    const sketches = unitRows(rows);
    assert.ok(gVendi(sketches).value < 6);
    assert.ok(labelCentredGVendi(sketches, labels).value > 20);
  });

  it('is G-Vendi of the centred rows when they are centred block by block', () => {
    const sketches = randomUnitRows('blocks', 5000, 3);
    const rows = Array.from({ length: 5000 }, (_, row) => Array.from(sketches.values.subarray(row * 3, row * 3 + 3)));
    const labels = rows.map((_, row) => `label ${row % 7}`);
    const means = Array.from({ length: 7 }, (_, label) => {
      const alike = rows.filter((_row, row) => row % 7 === label);
      return [0, 1, 2].map((column) => alike.reduce((sum, values) => sum + values[column]!, 0) / alike.length);
    });
    const centred = rows.map((values, row) => values.map((value, column) => value - means[row % 7]![column]!));
    const { value, n } = labelCentredGVendi(sketches, labels);
    assert.equal(n, 5000);
    assertNear(value, gVendi(unitRows(centred)).value, 1e-7);
  });

  it('refuses sets in which every row is the mean of its label', () => {
    const three = randomUnitRows('alone', 3, 4);
    assert.throws(() => labelCentredGVendi(three, ['a', 'b', 'c']), {
      type: 'InvalidData',
      message: /one sample each/,
    });
  });
});
