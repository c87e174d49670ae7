import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { RowMatrix } from '../../../core/diversity/row-matrix.ts';
import { gatherRows } from '../../../core/diversity/row-matrix.ts';
import { blocksOf, rowsInMemory } from '../../../core/diversity/row-source.ts';
import type { MatrixEngine } from '../../../core/matrix/engine.ts';
import { plainEngine } from '../../../core/matrix/plain-engine.ts';
import { permutation } from '../../../core/random/philox.ts';
import { nearestCentroids } from '../../../core/selection/nearest-centroid.ts';
import type { Clustering, KMeansPlan, KMeansState } from '../../../core/selection/spherical-k-means.ts';
import { sphericalKMeans } from '../../../core/selection/spherical-k-means.ts';
import { groupedRows, randomUnitRows, unitRows } from '../diversity/unit-rows.ts';

function clustersOf(rows: RowMatrix, plan: KMeansPlan): Promise<Clustering> {
  return sphericalKMeans(rowsInMemory(rows), plan);
}

/** A run that begins at these centroids. */
function from(centroids: Float32Array): KMeansState {
  return { key: 'k', iteration: 0, centroids, meanBefore: null };
}

/** Which rows share a cluster, whatever the clusters are called. */
function partition({ assignments }: Clustering): string[] {
  const groups = new Map<number, number[]>();
  assignments.forEach((cluster, row) => groups.set(cluster, [...(groups.get(cluster) ?? []), row]));
  return Array.from(groups.values(), (rows) => rows.join(' ')).sort();
}

describe('spherical k-means', () => {
  it('finds well separated groups from any seed, although the rows come group by group', async () => {
    const rows = groupedRows('groups', [30, 7, 15, 3], 12, 0.05);
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const { sizes, converged } = await clustersOf(rows, { clusterCount: 4, key });
      assert.deepEqual(Array.from(sizes).sort((a, b) => a - b), [3, 7, 15, 30], `seed ${key}`); // prettier-ignore
      assert.ok(converged);
    }
  });

  it('is a function of its arguments: same key same result, and nothing it is given changes', async () => {
    const rows = randomUnitRows('pure', 80, 10);
    const before = rows.values.slice();
    const first = await clustersOf(rows, { clusterCount: 6, key: 'k' });
    await clustersOf(rows, { clusterCount: 9, key: 'other' });
    assert.deepEqual(await clustersOf(rows, { clusterCount: 6, key: 'k' }), first);
    assert.deepEqual(rows.values, before);
  });

  it('returns the assignments that belong to the returned centroids, at convergence and when iterations run out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer(),
        async (clusterCount, maximumIterations, seed) => {
          const rows = randomUnitRows(`labels/${seed}`, 40, 6);
          const result = await clustersOf(rows, { clusterCount, key: 'k', maximumIterations });
          assert.deepEqual(nearestCentroids(rows, result.centroids).clusters, result.assignments);
          assert.equal(result.sizes.length, clusterCount);
          assert.equal(result.sizes.reduce((a, b) => a + b, 0), 40); // prettier-ignore
          assert.ok(result.iterations <= maximumIterations);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves centroids of unit norm that are the mean directions of their rows', async () => {
    const rows = groupedRows('means', [9, 9, 9], 5, 0.5);
    const { centroids, assignments } = await clustersOf(rows, { clusterCount: 3, key: 'k', tolerance: 0 });
    for (let cluster = 0; cluster < 3; cluster++) {
      const sum = new Float64Array(5);
      assignments.forEach((own, row) => {
        if (own === cluster) sum.forEach((value, column) => (sum[column] = value + rows.values[row * 5 + column]!));
      });
      const norm = Math.hypot(...sum);
      sum.forEach((value, column) => {
        assert.ok(Math.abs(centroids[cluster * 5 + column]! - value / norm) < 1e-6);
      });
    }
  });

  it('stands still when it is started from its own result', async () => {
    const rows = randomUnitRows('restart', 120, 8);
    const first = await clustersOf(rows, { clusterCount: 7, key: 'k', tolerance: 0 });
    const again = await clustersOf(rows, { clusterCount: 7, key: 'k', from: from(first.centroids) });
    assert.deepEqual(again.assignments, first.assignments);
    assert.equal(again.iterations, 0);
    assert.ok(again.converged);
  });

  it('raises the mean cosine from iteration to iteration', async () => {
    const rows = randomUnitRows('rise', 200, 8);
    const means: number[] = [];
    for (const maximumIterations of [0, 1, 2, 3, 5, 8]) {
      const plan = { clusterCount: 10, key: 'k', maximumIterations, tolerance: 0 };
      means.push((await clustersOf(rows, plan)).meanSimilarity);
    }
    means.slice(1).forEach((mean, index) => {
      assert.ok(mean >= means[index]! - 1e-9, `${mean} after ${means[index]}`);
    });
  });

  it('gives the same groups for rows in another order when the start is given', async () => {
    const rows = randomUnitRows('order', 60, 6);
    const start = randomUnitRows('start', 5, 6).values;
    const order = permutation('order', 60);
    const plain = await clustersOf(rows, { clusterCount: 5, key: 'k', from: from(start), tolerance: 0 });
    const shuffled = await clustersOf(gatherRows(rows, order), {
      clusterCount: 5,
      key: 'k',
      from: from(start),
      tolerance: 0,
    });
    order.forEach((row, position) => {
      assert.equal(shuffled.assignments[position], plain.assignments[row]);
    });
  });

  it('goes on from a kept state to the same result, from wherever it was kept', async () => {
    const rows = groupedRows('restart', [40, 30, 20, 10], 8, 1.5);
    const states: KMeansState[] = [];
    const plan = { clusterCount: 24, key: 'k' };
    const whole = await clustersOf(rows, { ...plan, onMove: (state) => void states.push(state) });
    assert.ok(whole.converged && states.length === whole.iterations && states.length > 2, `${states.length} moves`);
    for (const state of states) assert.deepEqual(await clustersOf(rows, { ...plan, from: state }), whole);
  });

  it('gives the same bits for rows that are read in blocks of another size', async () => {
    const rows = randomUnitRows('blocks', 300, 6);
    const source = rowsInMemory(rows);
    // The plain engine, with blocks of 7 rows.
    const engine: MatrixEngine = {
      ...plainEngine,
      async *nearest(_, centroids) {
        for await (const block of blocksOf(source, 7)) yield { ...block, ...nearestCentroids(block.rows, centroids) };
      },
    };
    const plan = { clusterCount: 20, key: 'k' };
    assert.deepEqual(await sphericalKMeans(source, { ...plan, engine }), await sphericalKMeans(source, plan));
  });

  it('fills clusters that start empty by the farthest rows', async () => {
    const rows = groupedRows('empty', [10, 10, 1], 4, 0.05);
    const start = unitRows([[1, 1, 0, 0], [0, 0, 0, -1], [0, 0, -1, -1]]).values; // prettier-ignore
    const { sizes, converged } = await clustersOf(rows, { clusterCount: 3, key: 'k', from: from(start) });
    assert.deepEqual(Array.from(sizes).sort((a, b) => a - b), [1, 10, 10]); // prettier-ignore
    assert.ok(converged);
  });

  it('counts a cluster as empty, and ends, when there are fewer distinct rows than clusters', async () => {
    const rows = unitRows([[1, 2], [1, 2], [1, 2], [2, -1]]); // prettier-ignore
    const result = await clustersOf(rows, { clusterCount: 4, key: 'k' });
    assert.deepEqual(Array.from(result.sizes).sort((a, b) => a - b), [0, 0, 1, 3]); // prettier-ignore
    assert.ok(result.converged && result.centroids.every(Number.isFinite));
    assert.deepEqual(partition(result), ['0 1 2', '3']);
  });

  it('keeps its centroid when the rows of a cluster cancel out', async () => {
    const rows = unitRows([[1, 0], [-1, 0]]); // prettier-ignore
    const { centroids } = await clustersOf(rows, { clusterCount: 1, key: 'k' });
    assert.equal(Math.hypot(...centroids), 1);
  });

  it('refuses cluster counts that make no sense, a start of another shape and rows off unit norm', async () => {
    const rows = randomUnitRows('refuse', 5, 4);
    for (const clusterCount of [0, 6, 1.5, NaN]) {
      await assert.rejects(clustersOf(rows, { clusterCount, key: 'k' }), { type: 'InvalidConfig' });
    }
    await assert.rejects(clustersOf(rows, { clusterCount: 2, key: 'k', from: from(new Float32Array(4)) }), {
      type: 'InvalidData',
    });
    const zero = { ...rows, values: new Float32Array(20) };
    await assert.rejects(clustersOf(zero, { clusterCount: 2, key: 'k' }), { type: 'InvalidData' });
  });
});
