import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { samplesOfStep, totalSteps } from '../../../core/training/step-plan.ts';

describe('the plan of steps', () => {
  it('shows every sample once an epoch, whatever the batch size', () => {
    const counts = { sampleCount: fc.integer({ min: 1, max: 60 }), batchSize: fc.integer({ min: 1, max: 70 }) };
    fc.assert(
      fc.property(fc.record({ ...counts, epochs: fc.integer({ min: 1, max: 4 }) }), (plan) => {
        const steps = totalSteps({ ...plan, key: 'k' });
        const batches = Array.from({ length: steps }, (_, index) => samplesOfStep({ ...plan, key: 'k' }, index + 1));
        const perEpoch = steps / plan.epochs;
        const all = Array.from({ length: plan.sampleCount }, (_, sample) => sample);
        for (let epoch = 0; epoch < plan.epochs; epoch++) {
          const seen = batches.slice(epoch * perEpoch, (epoch + 1) * perEpoch).flat();
          assert.deepEqual(
            [...seen].sort((a, b) => a - b),
            all,
          );
        }
        assert.ok(batches.every((batch) => batch.length > 0 && batch.length <= plan.batchSize));
      }),
    );
  });

  it('takes another order in every epoch and for every key, and the same when asked again', () => {
    const plan = { sampleCount: 30, epochs: 2, batchSize: 30, key: 'a' };
    const first = samplesOfStep(plan, 1);
    assert.deepEqual(samplesOfStep(plan, 1), first);
    assert.notDeepEqual(samplesOfStep(plan, 2), first);
    assert.notDeepEqual(samplesOfStep({ ...plan, key: 'b' }, 1), first);
  });
});
