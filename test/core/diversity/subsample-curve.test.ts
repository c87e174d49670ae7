import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatherRows } from '../../../core/diversity/row-matrix.ts';
import { rowsAt, rowsInMemory } from '../../../core/diversity/row-source.ts';
import { gVendiOf } from '../../../core/diversity/source-spectrum.ts';
import { subsampleCurve } from '../../../core/diversity/subsample-curve.ts';
import { gVendi, gVendiOfCovariance } from '../../../core/diversity/vendi.ts';
import { plainEngine } from '../../../core/matrix/plain-engine.ts';
import { randomUnitRows } from './unit-rows.ts';

describe('subsample curve', () => {
  const rows = randomUnitRows('curve', 160, 40);
  const source = rowsInMemory(rows);

  it('doubles from a sixteenth to all rows and ends at the value itself', async () => {
    const curve = await subsampleCurve(source, { key: 'a' });
    assert.deepEqual(curve.map(({ n }) => n), [10, 20, 40, 80, 160]); // prettier-ignore
    const { value } = gVendi(rows);
    assert.deepEqual(curve.at(-1), { n: 160, mean: value, low: value, high: value });
  });

  it('rises with n and stays between 1 and n', async () => {
    const curve = await subsampleCurve(source, { key: 'a' });
    curve.forEach(({ n, mean, low, high }, place) => {
      assert.ok(1 <= low && low <= mean && mean <= high && high <= n);
      if (place > 0) assert.ok(low > curve[place - 1]!.high);
      if (n < 160) assert.ok(low < high);
    });
  });

  it('is a function of its key', async () => {
    assert.deepEqual(await subsampleCurve(source, { key: 'a' }), await subsampleCurve(source, { key: 'a' }));
    assert.notDeepEqual(await subsampleCurve(source, { key: 'a' }), await subsampleCurve(source, { key: 'b' }));
  });

  it('leaves out sizes below two rows', async () => {
    const curve = await subsampleCurve(rowsAt(source, [3, 7, 8, 20, 90]), { key: 'a', draws: 2 });
    assert.deepEqual(curve.map(({ n }) => n), [2, 5]); // prettier-ignore
    assert.equal(curve[1]!.mean, gVendi(gatherRows(rows, [3, 7, 8, 20, 90])).value);
  });
});

describe('G-Vendi of a source', () => {
  it('is that of the rows in memory, by the engine where there are many', async () => {
    const few = randomUnitRows('few', 30, 12);
    assert.deepEqual(await gVendiOf(rowsInMemory(few)), gVendi(few));
    const many = randomUnitRows('many', 2100, 12);
    const asked: number[] = [];
    const engine: typeof plainEngine = {
      ...plainEngine,
      moments(source) {
        asked.push(source.count);
        return plainEngine.moments(source);
      },
    };
    const expected = gVendiOfCovariance(await plainEngine.moments(rowsInMemory(many)));
    assert.deepEqual(await gVendiOf(rowsInMemory(many), engine), expected);
    assert.ok(Math.abs(expected.value / gVendi(many).value - 1) < 1e-12);
    assert.deepEqual(asked, [2100]);
  });
});
