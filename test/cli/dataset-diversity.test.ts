// Which files get an interval, and that two files are drawn apart.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readDataset } from '../../adapters/datasets/read-dataset.ts';
import { intervalOf, intervalRows } from '../../cli/dataset-diversity.ts';
import { gVendiInterval } from '../../core/diversity/g-vendi-interval.ts';
import { rowsInMemory } from '../../core/diversity/row-source.ts';
import { gVendi } from '../../core/diversity/vendi.ts';
import { randomUnitRows } from '../core/diversity/unit-rows.ts';
import { createWorld, fakeRuntime } from './fakes.ts';

/** A terminal that nobody looks at, and a signal. */
function silent(signal = new AbortController().signal) {
  const say = (): void => undefined;
  return { terminal: { interactive: false, print: say, note: say, progress: say }, signal };
}

describe('the interval of a data file', () => {
  it('goes by the work and the memory of its draws, whatever the dimension', () => {
    assert.deepEqual(intervalRows(1024), { least: 8, most: 32_768 });
    for (const dimension of [1, 64, 256, 1024, 4096, 278_528]) {
      const { most } = intervalRows(dimension);
      assert.ok(most * dimension <= 2 ** 28 && most * dimension * Math.min(most, dimension) <= 2 ** 35, `${dimension}`);
      const [rows, side] = [most + 1, Math.min(most + 1, dimension)];
      assert.ok(rows * dimension > 2 ** 28 || rows * dimension * side > 2 ** 35, `${dimension}`);
    }
  });

  it('is left out, and nothing is read, outside these numbers of rows', async () => {
    const read = () => assert.fail('was read');
    const score = gVendi(randomUnitRows('interval', 2, 2));
    for (const [count, dimension] of [
      [7, 16],
      [400, 278_528],
      [32_769, 1024],
    ] as const) {
      assert.equal(await intervalOf({ count, dimension, read }, { score, key: 'k' }, silent()), null);
    }
  });

  it('is that of the whole bootstrap, and stops between two draws at Ctrl-C', async () => {
    const rows = randomUnitRows('interval', 40, 16);
    const drawing = { score: gVendi(rows), key: 'k' };
    const found = await intervalOf(rowsInMemory(rows), drawing, silent());
    assert.deepEqual(found, gVendiInterval(rows, { key: 'k' }));
    const interrupt = new AbortController();
    setImmediate(() => interrupt.abort());
    await assert.rejects(intervalOf(rowsInMemory(rows), drawing, silent(interrupt.signal)), { name: 'AbortError' });
  });

  it('is drawn by different keys for the two files of a comparison', async () => {
    const world = createWorld([], { readDataset, openRuntime: () => Promise.resolve(fakeRuntime()) });
    const path = join(world.services.stateFolder, 'data.jsonl');
    const rows = Array.from('aaaaabbbbcccdef', (prompt) => JSON.stringify({ prompt, completion: 'x' }));
    writeFileSync(path, rows.join('\n'));
    const { output, messages } = await world.run('compare', path, path, '--json', '--measures', 'none');
    assert.ok(output.length > 0, messages);
    const [first, second] = (JSON.parse(output) as { sides: { gVendi: number; interval: number[] }[] }).sides;
    assert.equal(first?.gVendi, second?.gVendi);
    assert.notDeepEqual(first?.interval, second?.interval);
  });
});
