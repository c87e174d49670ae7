import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { selectRandom } from '../../../core/selection/random.ts';

describe('random selection', () => {
  it('draws the wanted number without repeats, in order, by its key', () => {
    const drawn = selectRandom(100, 30, 'a');
    assert.equal(new Set(drawn).size, 30);
    assert.deepEqual(drawn, [...drawn].sort((a, b) => a - b)); // prettier-ignore
    assert.ok(drawn.every((index) => index >= 0 && index < 100));
    assert.deepEqual(selectRandom(100, 30, 'a'), drawn);
    assert.notDeepEqual(selectRandom(100, 30, 'b'), drawn);
  });

  it('nests: a larger draw holds every smaller one', () => {
    const larger = new Set(selectRandom(50, 40, 'a'));
    assert.ok(selectRandom(50, 10, 'a').every((index) => larger.has(index)));
  });

  it('gives everything when more is wanted than there is', () => {
    assert.deepEqual(selectRandom(3, 10, 'a'), [0, 1, 2]);
    assert.deepEqual(selectRandom(0, 10, 'a'), []);
  });
});
