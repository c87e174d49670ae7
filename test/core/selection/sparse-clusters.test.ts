import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { uniformAt } from '../../../core/random/philox.ts';
import { rankClusters, selectSparse, sparseClusterCount } from '../../../core/selection/sparse-clusters.ts';
import { unitRows } from '../diversity/unit-rows.ts';

/** `clusterCount` axes as centroids. */
function axes(clusterCount: number): Float32Array {
  return unitRows(Array.from({ length: clusterCount }, (_, row) => axis(row, clusterCount))).values;
}

function axis(cluster: number, clusterCount: number): number[] {
  return Array.from({ length: clusterCount }, (_, column) => (column === cluster ? 1 : 0));
}

/** Candidates that fall into the named clusters. */
function candidatesIn(clusters: readonly number[], clusterCount: number) {
  return unitRows(clusters.map((cluster) => axis(cluster, clusterCount)));
}

function select(clusters: readonly number[], sizes: readonly number[], share: number, wanted = Infinity) {
  return selectSparse(candidatesIn(clusters, sizes.length), axes(sizes.length), sizes, { share, wanted });
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
    assert.throws(() => selectSparse(candidatesIn([0], 4), axes(4), [3, 1], { wanted: 1 }), {
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
    const { accepted, rejected, sizes } = select(Array<number>(50).fill(0), [1, 4, 6, 9], 0.5);
    // Cluster 0 is sparse up to the size where two others rank before it: cluster 1 (4) and cluster 2 (6).
    assert.deepEqual(accepted, [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(Array.from(sizes), [7, 4, 6, 9]);
    assert.ok(rejected.every(({ reason }) => reason === 'dense-cluster'));
  });

  it('opens a cluster again once others have overtaken it', () => {
    const { accepted } = select([1, 0, 0, 1, 1], [0, 1], 0.5);
    // 1 is dense; 0 grows to 1 (a tie keeps it before 1) and to 2; then 1 is the sparser and takes one; 2 = 2 closes it.
    assert.deepEqual(accepted, [1, 2, 3]);
  });

  it('says why the others were left out', () => {
    const { accepted, rejected } = select([2, 0, 2, 1, 0], [5, 5, 0, 9], 0.5, 2);
    assert.deepEqual(accepted, [0, 1]);
    assert.deepEqual(rejected, [
      { candidate: 2, reason: 'enough' },
      { candidate: 3, reason: 'enough' },
      { candidate: 4, reason: 'enough' },
    ]);
    assert.deepEqual(select([3], [5, 5, 0, 9], 0.5).rejected, [{ candidate: 0, reason: 'dense-cluster' }]);
  });

  it('accounts for every candidate, and equals ranking anew before each one', () => {
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
          clusters.forEach((cluster, candidate) => {
            const open = rankClusters(now).slice(0, sparseClusterCount(sizes.length, share));
            if (expected.length >= wanted || !open.includes(cluster)) return;
            now[cluster]!++;
            expected.push(candidate);
          });
          const result = select(clusters, sizes, share, wanted);
          assert.deepEqual(result.accepted, expected);
          assert.deepEqual(Array.from(result.sizes), now);
          assert.deepEqual(Array.from(result.clusters), clusters);
          assert.equal(result.accepted.length + result.rejected.length, 40);
        },
      ),
      { numRuns: 200 },
    );
  });
});
