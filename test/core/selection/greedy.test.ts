import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { gatherRows, rowOf } from '../../../core/diversity/row-matrix.ts';
import type { RowMatrix } from '../../../core/diversity/row-matrix.ts';
import { rowsInMemory } from '../../../core/diversity/row-source.ts';
import { uniforms } from '../../../core/random/philox.ts';
import { selectKCenter } from '../../../core/selection/k-center.ts';
import { Smallest } from '../../../core/selection/smallest.ts';
import { groupedRows, randomUnitRows } from '../diversity/unit-rows.ts';

describe('the smallest of many numbers', () => {
  it('are those that sorting gives, and the bound is the least of the others', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 })), fc.integer({ min: 1, max: 12 }), (costs, size) => {
        const least = new Smallest(size);
        const slots = new Map<number, number>();
        costs.forEach((cost, index) => {
          const slot = least.offer(cost, index);
          if (slot >= 0) slots.set(slot, index);
        });
        const order = Array.from(costs.keys()).sort((a, b) => costs[a]! - costs[b]! || a - b);
        const held = Array.from(least.indices.slice(0, least.count));
        assert.deepEqual(held.slice().sort((a, b) => a - b), order.slice(0, size).sort((a, b) => a - b)); // prettier-ignore
        assert.equal(least.bound, costs[order[size]!] ?? Infinity);
        // The slots that were handed out hold the rows they were handed out for.
        for (const [slot, index] of slots) assert.deepEqual([held[slot], least.costs[slot]], [index, costs[index]]);
      }),
    );
  });
});

function cosine(rows: RowMatrix, first: number, second: number): number {
  return rowOf(rows, first).reduce((sum, value, column) => sum + value * rowOf(rows, second)[column]!, 0);
}

/** The largest cosine of a row with the chosen ones. */
function nearest(rows: RowMatrix, row: number, chosen: readonly number[]): number {
  return Math.max(-2, ...chosen.map((other) => cosine(rows, row, other)));
}

describe('k-center selection', () => {
  const rows = groupedRows('k-center', [40, 20, 5, 2], 6, 0.9);
  const source = rowsInMemory(rows);

  it('begins at the row of its key and always takes the farthest', async () => {
    const chosen = await selectKCenter(source, { wanted: 12, key: 'a' });
    assert.notEqual(chosen[0], (await selectKCenter(source, { wanted: 1, key: 'b' }))[0]);
    chosen.forEach((choice, step) => {
      if (step === 0) return;
      const before = chosen.slice(0, step);
      const all = Array.from({ length: rows.count }, (_, row) => row).filter((row) => !before.includes(row));
      const least = Math.min(...all.map((row) => nearest(rows, row, before)));
      assert.ok(nearest(rows, choice, before) <= least + 1e-6, `step ${step}`);
    });
  });

  it('keeps away from a pool', async () => {
    const pool = gatherRows(rows, [0, 41, 61]);
    const [first] = await selectKCenter(source, { wanted: 1, key: 'a', pool: rowsInMemory(pool) });
    const all = Array.from({ length: rows.count }, (_, row) => nearest(rows, row, [0, 41, 61]));
    assert.ok(all[first!]! <= Math.min(...all) + 1e-6);
  });

  it('refuses a pool off unit norm, and takes out what its norms may differ by', async () => {
    const pool = gatherRows(rows, [0, 41, 61]);
    const scaled = (factors: readonly number[]) =>
      rowsInMemory({ ...pool, values: pool.values.map((value, place) => value * factors[Math.floor(place / 6)]!) });
    const plan = { wanted: 12, key: 'a' };
    const expected = await selectKCenter(source, { ...plan, pool: rowsInMemory(pool) });
    assert.deepEqual(await selectKCenter(source, { ...plan, pool: scaled([1.0009, 0.9991, 1]) }), expected);
    await assert.rejects(selectKCenter(source, { ...plan, pool: scaled([1, 1, 2]) }), {
      type: 'InvalidData',
      message: /pool: row 2 has norm 2/,
    });
  });

  it('makes the same choices with few rows in memory', async () => {
    const all = await selectKCenter(source, { wanted: 20, key: 'a' });
    assert.deepEqual(await selectKCenter(source, { wanted: 20, key: 'a', heldRows: 3 }), all);
  });

  it('covers every row within twice the least possible angle', async () => {
    const random = uniforms('centres');
    for (let trial = 0; trial < 5; trial++) {
      const set = randomUnitRows(`cover/${trial}`, 12, 3);
      const chosen = await selectKCenter(rowsInMemory(set), { wanted: 3, key: `${random.next()}` });
      const angles = (centres: readonly number[]): number =>
        Math.max(...Array.from({ length: 12 }, (_, row) => Math.acos(Math.min(1, nearest(set, row, centres)))));
      let best = Infinity;
      for (let a = 0; a < 12; a++) {
        for (let b = a + 1; b < 12; b++) {
          for (let c = b + 1; c < 12; c++) best = Math.min(best, angles([a, b, c]));
        }
      }
      assert.ok(angles(chosen) <= 2 * best + 1e-6, `${angles(chosen)} against ${best}`);
    }
  });
});
