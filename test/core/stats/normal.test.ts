import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { normalQuantile } from '../../../core/stats/normal.ts';

describe('normal quantile', () => {
  // Python 3.11, statistics.NormalDist().inv_cdf.
  for (const [probability, z] of [
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798405],
    [1e-6, -4.753424308822899],
    [0.001, -3.090232306167813],
    [0.025, -1.9599639845400538],
    [0.05, -1.6448536269514726],
    [0.08, -1.4050715603096322],
    [0.3, -0.5244005127080407],
    [0.5, 0.0],
    [0.75, 0.6744897501960817],
    [0.9, 1.2815515655446008],
    [0.95, 1.6448536269514715],
    [0.975, 1.9599639845400536],
    [0.995, 2.5758293035489],
    [0.9999, 3.7190164854557084],
    [0.9999999, 5.199337582290662],
  ] as const) {
    it(`is ${z} at ${probability}`, () => {
      assert.ok(Math.abs(normalQuantile(probability) - z) <= 1e-14 * Math.max(1, Math.abs(z)));
    });
  }

  it('is odd around one half', () => {
    for (const p of [0.001, 0.07, 0.2, 0.4999]) assert.ok(Math.abs(normalQuantile(p) + normalQuantile(1 - p)) < 1e-12);
  });

  it('refuses probabilities that have no finite quantile', () => {
    for (const p of [0, 1, -0.1, 1.1, NaN]) assert.throws(() => normalQuantile(p), { type: 'InvalidConfig' });
  });
});
