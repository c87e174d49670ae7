// G-Vendi of sources: which matrix is made of which shape, and that it is right where most eigenvalues are zero.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { momentSpectrum } from '../../../core/diversity/moment-spectrum.ts';
import { rowsInMemory } from '../../../core/diversity/row-source.ts';
import { gVendiOf } from '../../../core/diversity/source-spectrum.ts';
import { gVendi, sketchSpectrum, vendiScore } from '../../../core/diversity/vendi.ts';
import { plainEngine } from '../../../core/matrix/plain-engine.ts';
import { randomUnitRows, repeatedRows } from './unit-rows.ts';

describe('G-Vendi of a source', () => {
  it('asks for the inner products of few rows that are long, and does not read them all at once', async () => {
    const read = () => assert.fail('was read');
    const few = randomUnitRows('few', 48, 60);
    const engine = { ...plainEngine, gram: () => plainEngine.gram(rowsInMemory(few)) };
    const found = await gVendiOf({ count: 48, dimension: 2 ** 21, read }, engine);
    assert.deepEqual([found.n, found.d], [48, 2 ** 21]);
    assert.ok(Math.abs(found.value / gVendi(few).value - 1) < 1e-12, `${found.value}`);
  });

  it('is right with fewer distinct rows than dimensions, above 2,048 rows', async () => {
    const { rows, base, weights } = repeatedRows('few', 2304, 40, 128);
    const { value, vs2 } = await gVendiOf(rowsInMemory(rows));
    const exact = sketchSpectrum(base, weights);
    assert.ok(Math.abs(value / vendiScore(exact, 1) - 1) < 1e-10);
    assert.ok(Math.abs(vs2 / vendiScore(exact, 2) - 1) < 1e-10);
  });

  it('refuses more than 16,384 of both rows and dimensions before it reads any', async () => {
    const read = () => assert.fail('was read');
    for (const [count, dimension] of [
      [20_000, 278_528],
      [1e6, 16_385],
    ] as const) {
      // prettier-ignore
      await assert.rejects(gVendiOf({ count, dimension, read }), {
        type: 'InvalidData',
        message: new RegExp(`${count} rows of ${dimension} values .*take fewer rows`),
      });
    }
  });
});

describe('the spectrum of a matrix with noise', () => {
  const diagonal = (entries: readonly number[], precision: number) => {
    const order = entries.length;
    const values = new Float64Array(order * order);
    entries.forEach((entry, place) => (values[place * order + place] = entry));
    return { values, order, precision };
  };

  it('takes as much for noise as is below zero, and no more than the products explain', () => {
    const entries = [0.6, 0.3, 0.1, 5e-9, -8e-9];
    assert.deepEqual([...momentSpectrum(diagonal(entries, 1e-6)).eigenvalues], [0.6, 0.3, 0.1, 0, 0]);
    const small = [0.6, 0.3, 0.1, 5e-9, 0];
    assert.deepEqual([...momentSpectrum(diagonal(small, 1e-6)).eigenvalues], small);
  });

  it('refuses a matrix that is more negative than its noise', () => {
    assert.throws(() => momentSpectrum(diagonal([0.6, 0.3, 0.1, -1e-4], 1e-6)), {
      type: 'InvalidData',
      message: /least eigenvalue -0\.0001 where rounding explains/,
    });
  });
});
