import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { uniformAt } from '../../../core/random/philox.ts';
import { rankClusters, selectSparse, sparseClusterCount } from '../../../core/selection/sparse-clusters.ts';

function select(clusters: readonly number[], sizes: readonly number[], share: number, wanted = Infinity) {
  return selectSparse(Uint32Array.from(clusters), sizes, { share, wanted });
}

/** Which clusters take a single candidate. */
function openClusters(sizes: readonly number[], share: number): number[] {
  return sizes.map((_, cluster) => cluster).filter((cluster) => select([cluster], sizes, share).accepted.length === 1);
}

describe('sparse clusters by rank', () => {
  it('are the least populated half', () => {
    assert.deepEqual(openClusters([9, 2, 7, 1], 0.5), [1, 3]);
    assert.deepEqual(openClusters([9, 2, 7, 1, 5], 0.4), [1, 3]);
  });

  it('stay a half when all sizes are equal: the filter is not switched off', () => {
    assert.deepEqual(openClusters([4, 4, 4, 4], 0.5), [0, 1]);
  });

  it('stay a half with ties at the border: lower index first', () => {
    assert.deepEqual(openClusters([3, 2, 2, 1], 0.5), [1, 3]);
    assert.deepEqual(openClusters([1, 5, 5, 5], 0.5), [0, 1]);
  });

  it('are all clusters at share 1, and one at least', () => {
    assert.deepEqual(openClusters([3, 2, 2, 1], 1), [0, 1, 2, 3]);
    assert.deepEqual(openClusters([3, 2, 2, 1], 0.01), [3]);
    assert.deepEqual(openClusters([7], 0.5), [0]);
  });

  it('count empty clusters, trailing ones too', () => {
    assert.deepEqual(openClusters([3, 1, 0, 0], 0.5), [2, 3]);
    assert.throws(() => select([2], [3, 1], 0.5, 1), {
      type: 'InvalidData',
      message: /count empty clusters too/,
    });
  });

  it('refuse a share outside (0, 1]', () => {
    for (const share of [0, -0.5, 1.01, NaN]) {
      assert.throws(() => sparseClusterCount(4, share), { name: 'PermanentError', type: 'InvalidConfig' });
    }
  });

  it('rank by size, then index', () => {
    assert.deepEqual(Array.from(rankClusters([2, 0, 2, 1, 0])), [1, 4, 3, 0, 2]);
  });
});

describe('sparse selection', () => {
  it('lets no batch of near-duplicates fill one cell', () => {
    const { accepted, reason, sizes } = select(Array<number>(50).fill(0), [1, 4, 6, 9], 0.5);
    // Cluster 0 is sparse up to the size where two others rank before it: cluster 1 (4) and cluster 2 (6).
    assert.deepEqual(accepted, [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(Array.from(sizes), [7, 4, 6, 9]);
    assert.equal(reason, 'dense-cluster');
  });

  it('opens a cluster again once others have overtaken it, and offers again what waited for that', () => {
    const { accepted, sizes } = select([1, 0, 0, 1, 1], [0, 1], 0.5);
    // First turn: 1 is dense; 0 grows to 1 (a tie keeps it before 1) and to 2; then 1 is the sparser and takes one; 2 = 2
    // closes it. What waits are the first and the last candidate, both of cluster 1, and it stays closed.
    assert.deepEqual(accepted, [1, 2, 3]);
    assert.deepEqual(Array.from(sizes), [2, 2]);
    // Here candidate 0 waits until cluster 0 has grown past its cluster.
    assert.deepEqual(select([1, 0, 0], [0, 1], 0.5).accepted, [1, 2, 0]);
  });

  it('stops at the wanted number', () => {
    assert.deepEqual(select([2, 0, 2, 1, 0], [5, 5, 0, 9], 0.5, 2), {
      accepted: [0, 1],
      reason: 'enough',
      sizes: Uint32Array.of(6, 5, 1, 9),
    });
    assert.equal(select([3], [5, 5, 0, 9], 0.5).reason, 'dense-cluster');
  });

  it('equals ranking anew before each candidate, turn after turn', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 }),
        fc.integer(),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 30 }),
        (sizes, seed, share, wanted) => {
          const clusters = Array.from({ length: 40 }, (_, index) =>
            Math.floor(uniformAt(`candidates/${seed}`, index) * sizes.length),
          );
          const now = sizes.slice();
          const expected: number[] = [];
          for (let before = -1; before < expected.length;) {
            before = expected.length;
            clusters.forEach((cluster, candidate) => {
              const open = rankClusters(now).slice(0, sparseClusterCount(sizes.length, share));
              if (expected.length >= wanted || expected.includes(candidate) || !open.includes(cluster)) return;
              now[cluster]!++;
              expected.push(candidate);
            });
          }
          const result = select(clusters, sizes, share, wanted);
          assert.deepEqual(result.accepted, expected);
          assert.deepEqual(Array.from(result.sizes), now);
        },
      ),
      { numRuns: 200 },
    );
  });
});
