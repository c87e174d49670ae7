// The proof that selection steers: counts by cluster and by side, worked out by hand on small cases.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { steeringOf } from '../../../core/selection/steering.ts';

const sizes = [10, 1, 5, 2];

describe('steering', () => {
  it('counts candidates and accepted by cluster, and by the side of the rank rule', () => {
    const nearest = [0, 1, 1, 2, 3, 0];
    const steering = steeringOf({
      sizes,
      sparseShare: 0.5,
      nearest,
      accepted: new Set([1, 4]),
      audited: [],
      refused: 0,
      unsketchable: 0,
    });
    assert.deepEqual(steering.candidates, [2, 2, 1, 1]);
    assert.deepEqual(steering.accepted, [0, 1, 0, 1]);
    assert.deepEqual(steering.sparse, { clusters: 2, pool: 3, candidates: 3, accepted: 2, verifiedShare: 1 });
    assert.deepEqual(steering.dense, { clusters: 2, pool: 15, candidates: 3, accepted: 0, verifiedShare: 1 });
  });

  it('weighs audited refusals up to all that were refused', () => {
    // Two of eight refused were sketched, one on each side: each stands for four.
    const input = { sizes, sparseShare: 0.5, accepted: new Set<number>(), unsketchable: 0 };
    const { sparse, dense } = steeringOf({ ...input, nearest: [1, 3, 0, 0, 0, 2], audited: [1, 0], refused: 8 });
    assert.equal(sparse.verifiedShare, 2 / 6);
    assert.equal(dense.verifiedShare, 4 / 8);
  });

  it('knows no rate where refusals were not sketched, or nothing came to a side', () => {
    const input = { sizes, sparseShare: 0.5, accepted: new Set<number>(), unsketchable: 0 };
    assert.equal(steeringOf({ ...input, nearest: [1], audited: [], refused: 3 }).sparse.verifiedShare, null);
    assert.equal(steeringOf({ ...input, nearest: [1], audited: [], refused: 0 }).dense.verifiedShare, null);
  });

  it('tells what could not be sketched beside the rate, which does not change by it', () => {
    const input = { sizes, sparseShare: 0.5, accepted: new Set<number>(), nearest: [1, 0], audited: [1], refused: 1 };
    const [none, some] = [0, 9].map((unsketchable) => steeringOf({ ...input, unsketchable }));
    assert.deepEqual({ ...none, unsketchable: 9 }, some);
    assert.equal(some?.sparse.verifiedShare, 1 / 2);
  });

  it('loses no candidate, no sample of the pool and no cluster between the sides', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { minLength: 1, maxLength: 30 }),
        fc.array(fc.nat(1000), { maxLength: 60 }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (pool, draws, sparseShare) => {
          const nearest = draws.map((draw) => draw % pool.length);
          const accepted = new Set(Array.from(nearest.keys()).filter((index) => index % 3 === 0));
          const { sparse, dense } = steeringOf({
            sizes: pool,
            sparseShare,
            nearest,
            accepted,
            audited: [],
            refused: 0,
            unsketchable: 0,
          });
          assert.equal(sparse.clusters + dense.clusters, pool.length);
          assert.equal(
            sparse.pool + dense.pool,
            pool.reduce((sum, size) => sum + size, 0),
          );
          assert.equal(sparse.candidates + dense.candidates, nearest.length);
          assert.equal(sparse.accepted + dense.accepted, accepted.size);
        },
      ),
    );
  });
});
