import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sketchSpectrum, vendiScore } from '../../../core/diversity/vendi.ts';
import type { VectorMatrix, VectorSource } from '../../../core/diversity/vectors.ts';
import { directionsOf, vectorSpectrum } from '../../../core/diversity/vectors.ts';
import { uniforms } from '../../../core/random/philox.ts';

function randomVectors(count: number, dimension: number) {
  const random = uniforms(`vectors/${count}/${dimension}`);
  return { values: Float64Array.from({ length: count * dimension }, () => random.next() - 0.5), count, dimension };
}

/** Vectors that are read by ranges, and the ranges that were. */
function sourceOf({ values, count, dimension }: VectorMatrix): VectorSource & { readonly ranges: [number, number][] } {
  const ranges: [number, number][] = [];
  const read = (start: number, end: number): Promise<VectorMatrix> => {
    ranges.push([start, end]);
    return Promise.resolve({
      values: values.subarray(start * dimension, end * dimension),
      count: end - start,
      dimension,
    });
  };
  return { count, dimension, read, ranges };
}

async function score(values: readonly number[], dimension: number): Promise<number> {
  const vectors = { values: Float64Array.from(values), count: values.length / dimension, dimension };
  return vendiScore(await vectorSpectrum(sourceOf(vectors)));
}

describe('spectrum of plain vectors', () => {
  it('does not change with the length or the sign of a vector', async () => {
    assert.equal(await score([1, 0, 0, 1], 2), 2);
    assert.ok(Math.abs((await score([3, 0, 0, -1e-200, 1e200, 0], 2)) - 1.8898815748423097) < 1e-12);
  });

  it('agrees with the spectrum of sketches, from either side, to float32', async () => {
    for (const [count, dimension] of [
      [5, 20],
      [20, 5],
      [140, 7],
      [9, 9],
    ] as const) {
      const vectors = randomVectors(count, dimension);
      const expected = sketchSpectrum(directionsOf(vectors, 0));
      const found = await vectorSpectrum(sourceOf(vectors));
      assert.equal(found.length, Math.min(count, dimension));
      found.forEach((value, at) => assert.ok(Math.abs(value - expected[at]!) < 1e-6, `${count} x ${dimension}, ${at}`));
      assert.ok(Math.abs(found.reduce((sum, value) => sum + value, 0) - 1) < 1e-12);
    }
  });

  it('reads more vectors than dimensions range by range, to the same spectrum', async () => {
    const few = randomVectors(300, 3);
    const times = 4700;
    const values = new Float64Array(300 * 3 * times);
    for (let copy = 0; copy < times; copy++) values.set(few.values, copy * 900);
    const source = sourceOf({ values, count: 300 * times, dimension: 3 });
    const found = await vectorSpectrum(source);
    (await vectorSpectrum(sourceOf(few))).forEach((value, at) => assert.ok(Math.abs(found[at]! - value) < 1e-11));
    assert.equal(source.ranges.length, 2);
    assert.ok(source.ranges.every(([start, end], at) => end - start <= 4 * 1024 * 1024 && start % 128 === 0 && at < 2));
  });

  it('sees no more directions than there are, at order 0.5 too', async () => {
    const base = randomVectors(9, 40);
    const values = new Float64Array(9 * 40 * 300);
    for (let copy = 0; copy < 300; copy++) values.set(base.values, copy * 360);
    const found = await vectorSpectrum(sourceOf({ values, count: 2700, dimension: 40 }));
    assert.equal(found.filter((value) => value > 0).length, 9);
    const expected = vendiScore(await vectorSpectrum(sourceOf(base)), 0.5);
    assert.ok(Math.abs(vendiScore(found, 0.5) / expected - 1) < 1e-12);
  });

  it('refuses vectors without a direction by their number and length', async () => {
    for (const [bad, length] of [
      [0, '0'],
      [NaN, 'NaN'],
      [Infinity, 'NaN'],
    ] as const) {
      // prettier-ignore
      await assert.rejects(score([1, 0, bad, bad], 2), {
        type: 'InvalidData',
        message: new RegExp(`vector 1 has length ${length};`),
      });
    }
    await assert.rejects(score([], 2), { type: 'InvalidData', message: /no vectors/ });
  });
});
