import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { planBatches } from '../../../core/models/batches.ts';
import { bucketOf } from '../../../core/models/encode.ts';

const sample = fc.record({
  promptTokens: fc.array(fc.constant(1), { minLength: 1, maxLength: 40 }),
  completionTokens: fc.array(fc.constant(1), { minLength: 1, maxLength: 20 }),
});

describe('batch planning', () => {
  it('puts every sample in one batch, with samples of its bucket only, within the budget', () => {
    fc.assert(
      fc.property(fc.array(sample), fc.integer({ min: 1, max: 300 }), (samples, budget) => {
        const buckets = samples.map(bucketOf);
        const batches = planBatches(buckets, budget);
        const members = batches.flatMap((batch) => batch.members);
        assert.deepEqual(
          members.toSorted((a, b) => a - b),
          [...samples.keys()],
        );
        for (const batch of batches) {
          for (const member of batch.members) assert.deepEqual(buckets[member], batch.bucket);
          assert.ok(batch.members.length === 1 || batch.members.length * batch.bucket.tokens <= budget);
        }
      }),
    );
  });

  it('starts with the longest', () => {
    const lengths = planBatches(
      [16, 64, 32].map((tokens) => ({ tokens, targets: 8 })),
      64,
    ).map(({ bucket }) => bucket.tokens);
    assert.deepEqual(lengths, [64, 32, 16]);
  });
});
