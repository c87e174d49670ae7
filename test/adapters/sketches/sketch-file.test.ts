import assert from 'node:assert/strict';
import { appendFile, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import type { SketchedExample } from '../../../activities/ports/models.ts';
import { exampleKey, openSketchFile } from '../../../adapters/sketches/sketch-file.ts';
import type { SketchFile, SketchOrigin } from '../../../adapters/sketches/sketch-file.ts';
import { permutation, uniforms } from '../../../core/random/philox.ts';

const dimension = 16;
const hashes = { weights: 'w', config: 'f', tokenizer: 't', template: 'c' };
const origin: SketchOrigin = { specification: 's', ...hashes, dimension };
const RECORD = 64 + 4 * dimension;
const HEADER = 4096;

const keyOf = (index: number): string => exampleKey({ prompt: `prompt ${index}`, completion: 'x' });

function resultOf(index: number): SketchedExample {
  if (index % 5 === 4) return { sketch: null, excluded: 'too-long', loss: 0, tokens: index, truncated: 0 };
  const random = uniforms(`sketch/${index}`);
  const sketch = Float32Array.from({ length: dimension }, () => random.next() - 0.5);
  return { sketch, excluded: null, loss: index + 0.25, tokens: index, truncated: index % 3 };
}

async function makePath(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-sketches-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'inner', 'sketches.bin');
}

const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, at) => start + at);
const foundIn = (file: SketchFile): number =>
  range(0, 60).filter((index) => file.get(keyOf(index)) !== undefined).length;
const batch = (indices: readonly number[]) => indices.map((index) => ({ key: keyOf(index), result: resultOf(index) }));

describe('a sketch file', () => {
  it('gives back what was appended, after it was opened again', async (test) => {
    const path = await makePath(test);
    const file = await openSketchFile(path, origin);
    await file.append(batch(range(0, 7)));
    await file.append(batch(range(7, 30)));
    await file.close();
    const again = await openSketchFile(path, origin);
    test.after(() => again.close());
    assert.equal(foundIn(again), 30);
    for (const index of range(0, 30)) {
      const { sketch: _, ...expected } = resultOf(index);
      assert.deepEqual(again.get(keyOf(index)), { record: index, ...expected });
    }
    assert.equal(again.get(keyOf(30)), undefined);
  });

  it('reads rows in any order, whatever the ranges', async (test) => {
    const file = await openSketchFile(await makePath(test), origin);
    test.after(() => file.close());
    await file.append(batch(range(0, 40)));
    const order = [...permutation('order', 40)].filter((index) => index % 5 !== 4);
    const rows = file.rows(order.map(keyOf));
    const expected = order.flatMap((index) => [...(resultOf(index).sketch ?? [])]);
    const { values, count } = await rows.read(0, rows.count);
    assert.deepEqual([count, [...values]], [order.length, expected]);
    const part = await rows.read(5, 9);
    assert.deepEqual([...part.values], expected.slice(5 * dimension, 9 * dimension));
  });

  it('loses a record that was being written, and no other, and writes over it', async (test) => {
    for (const kept of [0, 1, 63, 64, RECORD - 1]) {
      const path = await makePath(test);
      const file = await openSketchFile(path, origin);
      await file.append(batch(range(0, 3)));
      await file.close();
      await truncate(path, HEADER + 2 * RECORD + kept);
      const again = await openSketchFile(path, origin);
      assert.equal(foundIn(again), 2, `${kept} bytes of the third record`);
      await again.append(batch([2, 3]));
      await again.close();
      const last = await openSketchFile(path, origin);
      test.after(() => last.close());
      assert.equal(foundIn(last), 4);
      assert.equal((await stat(path)).size, HEADER + 4 * RECORD);
    }
  });

  it('passes over a record whose bytes changed, and over zeros at the end', async (test) => {
    const path = await makePath(test);
    const file = await openSketchFile(path, origin);
    await file.append(batch(range(0, 3)));
    await file.close();
    const raw = await open(path, 'r+');
    await raw.write(Buffer.from([1]), 0, 1, HEADER + RECORD + 70);
    await raw.close();
    await appendFile(path, Buffer.alloc(RECORD));
    const again = await openSketchFile(path, origin);
    assert.equal(foundIn(again), 2);
    await again.append(batch([1]));
    await again.close();
    const last = await openSketchFile(path, origin);
    test.after(() => last.close());
    assert.deepEqual([foundIn(last), last.get(keyOf(1))?.record], [3, 4]);
  });

  it('can be read while another process appends, and never gives the sketch of another example', async (test) => {
    const path = await makePath(test);
    const writer = await openSketchFile(path, origin);
    test.after(() => writer.close());
    await writer.append(batch([0, 1]));
    const reader = await openSketchFile(path, origin);
    test.after(() => reader.close());
    await writer.append(batch([2]));
    const { values } = await reader.rows([1, 0].map(keyOf)).read(0, 2);
    assert.deepEqual(
      [...values],
      [1, 0].flatMap((index) => [...(resultOf(index).sketch ?? [])]),
    );
    await assert.rejects(reader.rows([keyOf(2)]).read(0, 1), { type: 'CorruptArtifact' });
    // Two that append to one file without a lock write over each other.
    await reader.append(batch([3]));
    await assert.rejects(writer.rows([keyOf(2)]).read(0, 1), {
      type: 'CorruptArtifact',
      message: /is not where it was written/,
    });
  });

  it('begins anew when it was killed while it wrote the header', async (test) => {
    const path = await makePath(test);
    await (await openSketchFile(path, origin)).close();
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, 100));
    const file = await openSketchFile(path, origin);
    await file.append(batch([0]));
    await file.close();
    assert.ok((await readFile(path)).subarray(0, HEADER).equals(whole));
  });

  it('refuses sketches that were made another way', async (test) => {
    const path = await makePath(test);
    await (await openSketchFile(path, origin)).close();
    await assert.rejects(openSketchFile(path, { ...origin, specification: 'other' }), {
      type: 'CorruptArtifact',
      message:
        /holds other sketches: found .*"specification":"s".*expected .*"specification":"other".*Delete the file/s,
    });
  });
});
