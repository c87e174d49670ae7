import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { learningRate } from '../../../core/training/schedule.ts';

describe('the learning rate', () => {
  const schedule = { peak: 0.4, warmUpSteps: 4, totalSteps: 12, finalShare: 0.1 };

  it('rises in a line, peaks at the end of the warm-up, and falls in a half cosine', () => {
    const found = [1, 2, 4, 8, 12].map((step) => learningRate(schedule, step));
    const expected = [0.1, 0.2, 0.4, 0.4 * (0.1 + 0.9 / 2), 0.04];
    expected.forEach((value, index) => assert.ok(Math.abs(found[index]! - value) < 1e-12));
  });

  it('starts at once without a warm-up', () => {
    const flat = { ...schedule, warmUpSteps: 0, finalShare: 1 };
    assert.equal(learningRate(flat, 1), 0.4);
  });

  it('refuses a step outside the run', () => {
    assert.throws(() => learningRate(schedule, 0), { type: 'InvalidConfig' });
    assert.throws(() => learningRate(schedule, 13), { type: 'InvalidConfig' });
  });
});
