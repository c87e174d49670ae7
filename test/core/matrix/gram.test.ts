// Inner products block by block: every pair of rows once, whatever the blocks.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { momentMatrix } from '../../../core/diversity/covariance.ts';
import { rowsInMemory } from '../../../core/diversity/row-source.ts';
import type { Columns } from '../../../core/matrix/gram.ts';
import { gramOf } from '../../../core/matrix/gram.ts';
import { randomUnitRows } from '../diversity/unit-rows.ts';

function multiply(left: Columns, right: Columns): Promise<number[]> {
  const products = Array.from({ length: left.count * right.count }, (_, place) => {
    const [row, other] = [Math.floor(place / right.count), place % right.count];
    const values = left.values.subarray(row * left.width, (row + 1) * left.width);
    return values.reduce((sum, value, at) => sum + value * right.values[other * right.width + at]!, 0);
  });
  return Promise.resolve(products);
}

describe('inner products of long rows', () => {
  const rows = randomUnitRows('gram', 23, 4100);
  const products = { multiply, atOnce: 2, precision: 1e-15 };

  for (const [held, passing] of [
    [23, 23],
    [5, 2],
    [4, 4],
    [3, 7],
    [1, 1],
  ] as const) {
    // prettier-ignore
    it(`equal those of rows in memory, ${held} rows held and ${passing} passing`, async () => {
      const blocks = { held: held * 4100, passing: passing * 4100 };
      const { values, order, precision } = await gramOf(rowsInMemory(rows), products, blocks);
      assert.deepEqual([order, precision], [23, 1e-15]);
      momentMatrix(rows, undefined, 'gram').forEach((value, place) => {
        assert.ok(Math.abs(values[place]! - value) < 1e-15, `${values[place]} against ${value} at ${place}`);
      });
    });
  }

  it('name the row whose norm is wrong', async () => {
    const values = rows.values.slice();
    values.fill(0, 9 * 4100, 10 * 4100);
    await assert.rejects(gramOf(rowsInMemory({ ...rows, values }), products), {
      type: 'InvalidData',
      message: /row 9 has norm 0/,
    });
  });
});
