import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signMatrix, transposed } from '../../../core/sketch/sign-matrices.ts';

describe('sign matrices', () => {
  it('differ between parameters, roles and seeds, and repeat for the same', () => {
    const one = { p: 4, seed: 1 };
    const reference = signMatrix(one, 'a', 'input', 64);
    assert.deepEqual(signMatrix(one, 'a', 'input', 64), reference);
    assert.notDeepEqual(signMatrix(one, 'b', 'input', 64), reference);
    assert.notDeepEqual(signMatrix(one, 'a', 'output', 64), reference);
    assert.notDeepEqual(signMatrix({ ...one, seed: 2 }, 'a', 'input', 64), reference);
  });

  it('have the entries written down for other languages', () => {
    const row = signMatrix({ p: 1, seed: 0 }, 'model.norm.weight', 'dense', 16);
    assert.deepEqual([...row].map((sign) => (sign > 0 ? '+' : '-')).join(''), '+++-++---+++----');
  });

  it('turn over', () => {
    assert.deepEqual([...transposed(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3)], [1, 4, 2, 5, 3, 6]);
  });
});
