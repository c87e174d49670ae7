// The numbers that a training starts from, read out of a model's files.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { readTensors } from '../../../adapters/trainer/embedded/decoder-training.ts';

it('reads tensors where the table says they lie, and refuses a file that ends before they do', async (test) => {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-tensors-'));
  test.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'weights.bin'), new Uint8Array(Float32Array.of(1, 2, 3, 4, 5).buffer));
  const table = [
    { name: 'whole', shape: [3], offset: 4, length: 12 },
    { name: 'cut', shape: [3], offset: 12, length: 12 },
  ];
  const wanted = (name: string) => [{ name, shape: [3] }];
  assert.deepEqual((await readTensors(folder, table, wanted('whole'))).get('whole'), Float32Array.of(2, 3, 4));
  await assert.rejects(readTensors(folder, table, wanted('cut')), {
    type: 'CorruptModel',
    message: /weights\.bin ends within cut; expected all of its numbers/,
  });
});
