import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gVendiInterval } from '../../../core/diversity/g-vendi-interval.ts';
import { gVendi } from '../../../core/diversity/vendi.ts';
import { groupedRows, randomUnitRows } from './unit-rows.ts';

describe('G-Vendi interval', () => {
  const rows = randomUnitRows('interval', 120, 16);

  it('holds the value, although every draw with repeats scores below it', () => {
    const value = gVendi(rows).value;
    const { low, high, drawnCentre, draws } = gVendiInterval(rows, { key: 'a' });
    assert.equal(draws, 20);
    assert.ok(low < value && value < high, `${low} < ${value} < ${high}`);
    assert.ok(drawnCentre < value);
  });

  it('is a function of its key', () => {
    assert.deepEqual(gVendiInterval(rows, { key: 'a', draws: 5 }), gVendiInterval(rows, { key: 'a', draws: 5 }));
    assert.notDeepEqual(gVendiInterval(rows, { key: 'a', draws: 5 }), gVendiInterval(rows, { key: 'b', draws: 5 }));
  });

  it('estimates the spread between independent samples to within a factor of two', () => {
    const logs = Array.from({ length: 40 }, (_, index) =>
      Math.log(gVendi(groupedRows(`population/${index}`, [60, 30, 15, 15], 12, 1.5)).value),
    );
    const mean = logs.reduce((a, b) => a + b, 0) / logs.length;
    const spread = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1));
    const { logDeviation } = gVendiInterval(groupedRows('population/x', [60, 30, 15, 15], 12, 1.5), {
      key: 'spread',
      draws: 60,
    });
    assert.ok(logDeviation > spread / 2 && logDeviation < spread * 2, `${logDeviation} against ${spread}`);
  });

  it('collapses on a set without any spread', () => {
    const { low, high } = gVendiInterval(groupedRows('same', [10], 4, 0), { key: 'a', draws: 3 });
    assert.ok(Math.abs(low - 1) < 1e-12 && Math.abs(high - 1) < 1e-12);
  });

  it('refuses a single draw', () => {
    assert.throws(() => gVendiInterval(rows, { key: 'a', draws: 1 }), { type: 'InvalidConfig' });
  });
});
