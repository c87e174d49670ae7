import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatherRows } from '../../../core/diversity/row-matrix.ts';
import { rowsInMemory } from '../../../core/diversity/row-source.ts';
import { gVendi } from '../../../core/diversity/vendi.ts';
import { selectRandom } from '../../../core/selection/random.ts';
import { selectSpectral } from '../../../core/selection/spectral.ts';
import { groupedRows } from '../diversity/unit-rows.ts';

describe('spectral selection', () => {
  const candidates = groupedRows('spectral', [60, 20, 10, 5, 5], 16, 0.8);

  it('scores every prefix by VS_2 as the definition does', async () => {
    const { chosen, scores } = await selectSpectral(rowsInMemory(candidates), { wanted: 12 });
    chosen.forEach((_, index) => {
      const { vs2 } = gVendi(gatherRows(candidates, chosen.slice(0, index + 1)));
      assert.ok(Math.abs(scores[index]! / vs2 - 1) < 1e-9, `${scores[index]} against ${vs2} at ${index}`);
    });
  });

  it('takes in each step the candidate that leaves VS_2 highest, with the pool counted in', async () => {
    const pool = groupedRows('pool', [8, 1], 16, 0.5);
    const { chosen, scores } = await selectSpectral(rowsInMemory(candidates), { wanted: 4, pool: rowsInMemory(pool) });
    let held = pool;
    chosen.forEach((choice, step) => {
      const all = Array.from({ length: candidates.count }, (_, index) => index);
      const best = Math.max(
        ...all.filter((index) => !chosen.slice(0, step).includes(index)).map((index) => joined(held, index).score),
      );
      assert.ok(Math.abs(scores[step]! / best - 1) < 1e-9);
      held = joined(held, choice).rows;
    });
  });

  it('reaches a higher G-Vendi than a random draw of equal size', async () => {
    const { chosen } = await selectSpectral(rowsInMemory(candidates), { wanted: 20 });
    const spectral = gVendi(gatherRows(candidates, chosen)).value;
    for (const key of ['a', 'b', 'c']) {
      const random = gVendi(gatherRows(candidates, selectRandom(candidates.count, 20, key))).value;
      assert.ok(spectral > random * 1.2, `${spectral} against ${random}`);
    }
  });

  it('makes the same choices with few rows in memory, in more passes', async () => {
    const plan = { wanted: 60, pool: rowsInMemory(groupedRows('pool', [8, 1], 16, 0.5)) };
    const all = await selectSpectral(rowsInMemory(candidates), plan);
    const few = await selectSpectral(rowsInMemory(candidates), { ...plan, heldRows: 8 });
    assert.deepEqual(few.chosen, all.chosen);
    assert.equal(all.passes, 1);
    assert.ok(few.passes > 1 && few.passes < 60, `${few.passes} passes`);
    few.scores.forEach((score, place) => assert.ok(Math.abs(score / all.scores[place]! - 1) < 1e-12));
  });

  it('polishes small sets only where it can change something, and neither many rows nor long ones', async () => {
    const passes = async (count: number, dimension: number, wanted: number): Promise<number> =>
      (await selectSpectral(rowsInMemory(groupedRows('cost', [count], dimension, 0.5)), { wanted })).passes;
    assert.equal(await passes(30, 8, 5), 2);
    assert.equal(await passes(30, 8, 1), 1);
    assert.equal(await passes(30, 8, 30), 1);
    assert.equal(await passes(30, 8, 40), 1);
    assert.equal(await passes(500, 8, 5), 1);
    // 512² x 4,097 multiply-adds are just above the limit.
    assert.equal(await passes(512, 4097, 4), 1);
  });

  it('chooses every candidate once when all are wanted', async () => {
    const { chosen } = await selectSpectral(rowsInMemory(candidates), { wanted: 1000 });
    assert.deepEqual([...chosen].sort((a, b) => a - b), Array.from({ length: 100 }, (_, index) => index)); // prettier-ignore
  });

  function joined(rows: typeof candidates, index: number) {
    const values = new Float32Array(rows.values.length + 16);
    values.set(rows.values);
    values.set(gatherRows(candidates, [index]).values, rows.values.length);
    const both = { values, count: rows.count + 1, dimension: 16 };
    return { rows: both, score: gVendi(both).vs2 };
  }
});
