import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { uniforms } from '../../../core/random/philox.ts';
import { bootstrapInterval, sortedQuantile, wilsonInterval } from '../../../core/stats/intervals.ts';

describe('Wilson interval', () => {
  // SciPy 1.17, binomtest(k, n).proportion_ci(confidence, method='wilson').
  for (const [successes, trials, confidence, low, high] of [
    [0, 10, 0.95, 0, 0.27753279986288926],
    [10, 10, 0.95, 0.7224672001371109, 1],
    [7, 10, 0.95, 0.39677814746114526, 0.892208732593699],
    [412, 1319, 0.95, 0.2879220270032133, 0.3378834716834625],
    [30, 60, 0.9, 0.3961409626064367, 0.6038590373935633],
    [1, 30, 0.99, 0.003925688565395366, 0.23177571643817474],
  ] as const) {
    it(`agrees with SciPy for ${successes} of ${trials} at ${confidence}`, () => {
      const interval = wilsonInterval(successes, trials, confidence);
      assert.ok(Math.abs(interval.low - low) < 1e-14 && Math.abs(interval.high - high) < 1e-14);
    });
  }

  it('lies in [0, 1], holds the share, and mirrors when right and wrong change places', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
        const successes = Math.round(share * trials);
        const { low, high } = wilsonInterval(successes, trials);
        assert.ok(low >= 0 && low <= successes / trials && successes / trials <= high && high <= 1);
        assert.ok(Math.abs(1 - high - wilsonInterval(trials - successes, trials).low) < 1e-12);
      }),
    );
  });

  it('refuses counts that are none', () => {
    for (const [successes, trials] of [
      [1, 0],
      [3, 2],
      [-1, 5],
      [0.5, 2],
    ] as const) {
      // prettier-ignore
      assert.throws(() => wilsonInterval(successes, trials), { name: 'PermanentError', type: 'InvalidData' });
    }
  });
});

describe('bootstrap interval', () => {
  const random = uniforms('values');
  const values = Float64Array.from({ length: 200 }, () => random.next());
  const mean = (indices: Uint32Array) => indices.reduce((sum, index) => sum + values[index]!, 0) / indices.length;

  it('agrees with the normal interval of a mean to a tenth of its width', () => {
    const centre = values.reduce((a, b) => a + b, 0) / 200;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 200);
    const reach = (1.959963984540054 * deviation) / Math.sqrt(200);
    const { low, high } = bootstrapInterval(200, mean, { key: 'mean', draws: 4000 });
    assert.ok(Math.abs(low - (centre - reach)) < 0.2 * reach, `${low} against ${centre - reach}`);
    assert.ok(Math.abs(high - (centre + reach)) < 0.2 * reach, `${high} against ${centre + reach}`);
  });

  it('is a function of its key', () => {
    const plan = { key: 'a', draws: 50 };
    assert.deepEqual(bootstrapInterval(200, mean, plan), bootstrapInterval(200, mean, plan));
    assert.notDeepEqual(bootstrapInterval(200, mean, plan), bootstrapInterval(200, mean, { ...plan, key: 'b' }));
  });

  it('interpolates quantiles between order statistics', () => {
    const sorted = Float64Array.of(1, 2, 4, 8);
    assert.deepEqual([0, 0.25, 0.5, 0.9, 1].map((share) => sortedQuantile(sorted, share)), [1, 1.75, 3, 6.800000000000001, 8]); // prettier-ignore
  });

  it('refuses an empty set', () => {
    assert.throws(() => bootstrapInterval(0, () => 0, { key: 'a' }), { type: 'InvalidData' });
  });
});
