// diffract vendi on large files: which products it takes for which order.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { RowMatrix } from '../../core/diversity/row-matrix.ts';
import { rowsInMemory } from '../../core/diversity/row-source.ts';
import { sketchSpectrum, vendiScore } from '../../core/diversity/vendi.ts';
import { plainEngine } from '../../core/matrix/plain-engine.ts';
import { randomUnitRows } from '../core/diversity/unit-rows.ts';
import { createWorld } from './fakes.ts';

/** A file that says it is large, and an engine that takes `rows` for what lies in it. */
async function vendi(count: number, dimension: number, rows: RowMatrix, ...options: string[]) {
  const world = createWorld([], {
    openVectors: () =>
      Promise.resolve({
        count,
        dimension,
        read: () => Promise.reject(new Error('the loops read it')),
        close: () => Promise.resolve(),
      }),
    openMatrixEngine: () =>
      Promise.resolve({
        ...plainEngine,
        moments: () => plainEngine.moments(rowsInMemory(rows)),
        gram: () => plainEngine.gram(rowsInMemory(rows)),
        close: () => Promise.resolve(),
      }),
  });
  const { output, messages } = await world.run('vendi', 'm.npy', '--json', ...options);
  return output === '' ? messages : (JSON.parse(output) as { vendi: number }).vendi;
}

describe('diffract vendi on a large file', () => {
  const rows = randomUnitRows('large', 30, 12);

  for (const [count, dimension] of [
    [1e9, 12],
    [30, 1e8],
  ] as const) {
    // prettier-ignore
    it(`takes the engine from order 1 on, ${count} x ${dimension}`, async () => {
      for (const q of [1, 2, Infinity]) {
        const found = await vendi(count, dimension, rows, '--q', String(q));
        assert.ok(Math.abs(Number(found) / vendiScore(sketchSpectrum(rows), q) - 1) < 1e-10, `${q}: ${found}`);
      }
    });

    it(`stays with float64 below order 1, ${count} x ${dimension}`, async () => {
      assert.match(String(await vendi(count, dimension, rows, '--q', '0.5')), /the loops read it/);
    });
  }

  it('refuses what no spectrum can be taken of before it reads anything', async () => {
    for (const q of ['0.5', '1']) {
      assert.match(String(await vendi(1e6, 20_000, rows, '--q', q)), /1000000 rows of 20000 values .*take fewer rows/);
    }
  });

  it('ends at Ctrl-C between two reads', async () => {
    const world = createWorld();
    const path = join(world.services.stateFolder, 'm.jsonl');
    writeFileSync(path, '[1,0]\n[0,3]\n');
    world.interrupt.abort();
    const { code, output } = await world.run('vendi', path);
    assert.deepEqual([code, output], [130, '']);
  });
});
