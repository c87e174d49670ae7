// How far spectral selection stays below the best of all subsets in G-Vendi, by enumeration of small sets, and how little
// swaps still gain at middle size. The bounds are what was measured, with a little room; nothing proves them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RowMatrix } from '../../../core/diversity/row-matrix.ts';
import { gatherRows } from '../../../core/diversity/row-matrix.ts';
import { rowsInMemory } from '../../../core/diversity/row-source.ts';
import { gVendi } from '../../../core/diversity/vendi.ts';
import { selectRandom } from '../../../core/selection/random.ts';
import { selectSpectral } from '../../../core/selection/spectral.ts';
import { polishBySwaps } from '../../../core/selection/swap-polish.ts';
import { groupedRows, randomUnitRows } from '../diversity/unit-rows.ts';

interface Case {
  readonly rows: RowMatrix;
  readonly wanted: number;
}

const cases: Case[] = ['a', 'b', 'c', 'd'].flatMap((key) => [
  { rows: randomUnitRows(`wide/${key}`, 14, 8), wanted: 6 },
  { rows: randomUnitRows(`narrow/${key}`, 14, 4), wanted: 5 },
  { rows: groupedRows(`groups/${key}`, [7, 4, 3], 6, 0.8), wanted: 5 },
  { rows: groupedRows(`loose/${key}`, [7, 4, 2, 1], 12, 1.2), wanted: 7 },
]);

function* subsets(count: number, size: number, first = 0): Generator<number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let index = first; index <= count - size; index++) {
    for (const rest of subsets(count, size - 1, index + 1)) yield [index, ...rest];
  }
}

function score(rows: RowMatrix, chosen: readonly number[]): number {
  return gVendi(gatherRows(rows, chosen)).value;
}

/** 1 - score / best, over the cases. */
async function gaps(choose: (example: Case) => Promise<readonly number[]>): Promise<{ mean: number; largest: number }> {
  const found: number[] = [];
  for (const example of cases) {
    const { rows, wanted } = example;
    let best = 0;
    for (const subset of subsets(rows.count, wanted)) best = Math.max(best, score(rows, subset));
    found.push(1 - score(rows, await choose(example)) / best);
  }
  return { mean: found.reduce((a, b) => a + b) / found.length, largest: Math.max(...found) };
}

describe('spectral selection against the best of all subsets', () => {
  it('stays within 2 % in the mean and 5 % at worst, where a random draw loses more than 10 %', async () => {
    const spectral = await gaps(async ({ rows, wanted }) => {
      return (await selectSpectral(rowsInMemory(rows), { wanted })).chosen;
    });
    const random = await gaps(({ rows, wanted }) => Promise.resolve(selectRandom(rows.count, wanted, 'control')));
    assert.ok(spectral.mean < 0.02 && spectral.largest < 0.05, `${spectral.mean} and ${spectral.largest}`);
    assert.ok(random.mean > 0.1, `${random.mean}`);
  });

  it('gains less than 2 % more by swaps where it is left unpolished, at 24 of 100', async () => {
    const rows = groupedRows('middle', [50, 25, 15, 10], 12, 1);
    const { chosen } = await selectSpectral(rowsInMemory(rows), { wanted: 24 });
    const polished = score(rows, polishBySwaps(rows, chosen));
    const left = 1 - score(rows, chosen) / polished;
    assert.ok(left >= 0 && left < 0.02, `${left}`);
  });
});
