import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sketchSpectrum, vendiScore } from '../../../core/diversity/vendi.ts';
import { directionsOf, vectorSpectrum } from '../../../core/diversity/vectors.ts';
import { uniforms } from '../../../core/random/philox.ts';

function randomVectors(count: number, dimension: number) {
  const random = uniforms(`vectors/${count}/${dimension}`);
  return { values: Float64Array.from({ length: count * dimension }, () => random.next() - 0.5), count, dimension };
}

const score = (values: readonly number[], dimension: number): number =>
  vendiScore(vectorSpectrum({ values: Float64Array.from(values), count: values.length / dimension, dimension }));

describe('spectrum of plain vectors', () => {
  it('does not change with the length or the sign of a vector', () => {
    assert.equal(score([1, 0, 0, 1], 2), 2);
    assert.ok(Math.abs(score([3, 0, 0, -1e-200, 1e200, 0], 2) - 1.8898815748423097) < 1e-12);
  });

  it('agrees with the spectrum of sketches, from either side, to float32', () => {
    for (const [count, dimension] of [
      [5, 20],
      [20, 5],
      [140, 7],
      [9, 9],
    ] as const) {
      const vectors = randomVectors(count, dimension);
      const expected = sketchSpectrum(directionsOf(vectors, 0));
      const found = vectorSpectrum(vectors);
      assert.equal(found.length, Math.min(count, dimension));
      found.forEach((value, at) => assert.ok(Math.abs(value - expected[at]!) < 1e-6, `${count} x ${dimension}, ${at}`));
      assert.ok(Math.abs(found.reduce((sum, value) => sum + value, 0) - 1) < 1e-12);
    }
  });

  it('refuses vectors without a direction by their number', () => {
    for (const bad of [0, NaN, Infinity]) {
      assert.throws(() => score([1, 0, bad, bad], 2), { type: 'InvalidData', message: /vector 1 has length/ });
    }
    assert.throws(() => score([], 2), { type: 'InvalidData', message: /no vectors/ });
  });
});
