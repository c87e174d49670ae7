import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countHashes, countSketcher } from '../../../core/sketch/count-sketch.ts';

const specification = { mode: 'count-sketch', d: 16, seed: 2, version: 1 } as const;

describe('a count-sketch', () => {
  it('puts every coordinate, with a sign, into one bucket', () => {
    const sumsOf = countSketcher(specification, [{ name: 'w', shape: [5, 4] }]);
    const hashes = countHashes(specification, 'w', 20);
    hashes.forEach((hash, index) => {
      const unit = new Float32Array(20);
      unit[index] = 3;
      const expected = new Float64Array(16);
      expected[hash % 16] = hash >= 32768 ? -3 : 3;
      assert.deepEqual(
        sumsOf(() => unit),
        expected,
      );
    });
  });

  it('fills buckets and signs evenly, apart for each parameter and seed', () => {
    const count = 16_000;
    const hashes = countHashes(specification, 'w', count);
    const filled = new Float64Array(32);
    for (const hash of hashes) filled[(hash % 16) + (hash >= 32768 ? 16 : 0)]! += 1;
    // Chi-squared with 31 degrees of freedom: above 70 once in 10,000 streams.
    const chiSquared = filled.reduce((sum, value) => sum + (value - count / 32) ** 2 / (count / 32), 0);
    assert.ok(chiSquared < 70, `chi-squared ${chiSquared}`);
    assert.notDeepEqual(countHashes(specification, 'v', count), hashes);
    assert.notDeepEqual(countHashes({ ...specification, seed: 3 }, 'w', count), hashes);
  });

  it('adds up in float64', () => {
    const sumsOf = countSketcher({ ...specification, d: 1 }, [{ name: 'w', shape: [40] }]);
    const signs = Array.from(countHashes(specification, 'w', 40), (hash) => (hash >= 32768 ? -1 : 1));
    const gradient = Float32Array.from(signs, (sign, index) => sign * (index === 0 ? 2 ** 30 : 1));
    assert.equal(sumsOf(() => gradient)[0], 2 ** 30 + 39);
  });
});
