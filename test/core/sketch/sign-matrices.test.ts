import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signs } from '../../../core/random/philox.ts';
import { signMatrix } from '../../../core/sketch/sign-matrices.ts';

describe('sign matrices', () => {
  it('differ between parameters, roles and seeds, and repeat for the same', () => {
    const one = { p: 4, seed: 1 };
    const data = (...parameters: Parameters<typeof signMatrix>): Int8Array => signMatrix(...parameters).data();
    const reference = data(one, 'a', 'input', 64);
    assert.deepEqual(data(one, 'a', 'input', 64), reference);
    assert.notDeepEqual(data(one, 'b', 'input', 64), reference);
    assert.notDeepEqual(data(one, 'a', 'output', 64), reference);
    assert.notDeepEqual(data({ ...one, seed: 2 }, 'a', 'input', 64), reference);
  });

  it('have the entries written down for other languages', () => {
    const { shape, scale, data } = signMatrix({ p: 1, seed: 0 }, 'model.norm.weight', 'dense', 16);
    assert.deepEqual([shape, scale], [[1, 16], 1]);
    assert.deepEqual([...data()].map((sign) => (sign > 0 ? '+' : '-')).join(''), '+++-++---+++----');
  });

  it('are turned over for the sides of a matrix, and scaled by the rows of the definition', () => {
    const [p, size] = [4, 6];
    for (const role of ['input', 'output'] as const) {
      const { shape, scale, data } = signMatrix({ p, seed: 3 }, 'a', role, size);
      assert.deepEqual([shape, scale], [[size, p], 1 / 2]);
      const drawn = signs(`3/a/${role}`, p * size);
      data().forEach((sign, at) => assert.equal(sign, drawn[(at % p) * size + Math.floor(at / p)], `entry ${at}`));
    }
    const { shape, scale, data } = signMatrix({ p, seed: 3 }, 'a', 'dense', size);
    assert.deepEqual([shape, scale], [[p * p, size], 1 / 4]);
    assert.deepEqual(data(), signs('3/a/dense', p * p * size));
  });
});
