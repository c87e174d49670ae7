import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { learningRate } from '../../../core/training/schedule.ts';

describe('the learning rate', () => {
  const schedule = { shape: 'cosine', peak: 0.4, warmUpSteps: 4, totalSteps: 12, finalShare: 0.1 } as const;

  it('rises in a line, peaks at the end of the warm-up, and falls in a half cosine', () => {
    assertRates(schedule, { 1: 0.1, 2: 0.2, 4: 0.4, 8: 0.4 * (0.1 + 0.9 / 2), 12: 0.04 });
  });

  it('falls in a line, as the linear schedule of transformers does', () => {
    assertRates({ ...schedule, shape: 'linear', finalShare: 0 }, { 1: 0.1, 4: 0.4, 6: 0.3, 8: 0.2, 11: 0.05, 12: 0 });
    assertRates({ ...schedule, shape: 'linear' }, { 8: 0.22, 12: 0.04 });
  });

  it('stays at the peak when it is constant', () => {
    assertRates({ ...schedule, shape: 'constant' }, { 1: 0.1, 4: 0.4, 5: 0.4, 12: 0.4 });
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

function assertRates(schedule: Parameters<typeof learningRate>[0], expected: Record<number, number>): void {
  for (const [step, rate] of Object.entries(expected)) {
    const found = learningRate(schedule, Number(step));
    assert.ok(Math.abs(found - rate) < 1e-12, `step ${step}: ${found}, expected ${rate}`);
  }
}
