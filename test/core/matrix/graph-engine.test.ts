import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createMatrixEngine } from '../../../adapters/onnx/matrix-engine.ts';
import type { RowMatrix } from '../../../core/diversity/row-matrix.ts';
import { gatherRows } from '../../../core/diversity/row-matrix.ts';
import { momentMatrix } from '../../../core/diversity/covariance.ts';
import { rowsInMemory } from '../../../core/diversity/row-source.ts';
import { momentSpectrum } from '../../../core/diversity/moment-spectrum.ts';
import { gVendiOfCovariance, momentsOf, sketchSpectrum, vendiScore } from '../../../core/diversity/vendi.ts';
import type { MatrixEngine } from '../../../core/matrix/engine.ts';
import type { GraphEngine } from '../../../core/matrix/graph-engine.ts';
import { plainEngine } from '../../../core/matrix/plain-engine.ts';
import { permutation } from '../../../core/random/philox.ts';
import { selectKCenter } from '../../../core/selection/k-center.ts';
import { selectSpectral } from '../../../core/selection/spectral.ts';
import { sphericalKMeans } from '../../../core/selection/spherical-k-means.ts';
import { groupedRows, randomUnitRows, repeatedRows } from '../diversity/unit-rows.ts';

function engineOf(count: number): GraphEngine {
  const engine = createMatrixEngine(count);
  after(() => engine.close());
  return engine;
}

/** What a pass gives, all blocks together. */
async function nearestOf(engine: MatrixEngine, rows: RowMatrix, centroids: Float32Array) {
  const clusters: number[] = [];
  const similarities: number[] = [];
  for await (const block of engine.nearest(rowsInMemory(rows), centroids)) {
    assert.equal(block.start, clusters.length);
    clusters.push(...block.clusters);
    similarities.push(...block.similarities);
  }
  return { clusters, similarities };
}

async function overlapsOf(blocks: AsyncIterable<{ readonly overlaps: Float64Array }>): Promise<number[]> {
  const overlaps: number[] = [];
  for await (const block of blocks) overlaps.push(...block.overlaps);
  return overlaps;
}

async function selectSpectrally(...[candidates, plan]: Parameters<typeof selectSpectral>): Promise<readonly number[]> {
  return (await selectSpectral(candidates, plan)).chosen;
}

function assertClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(found.length, expected.length);
  for (let place = 0; place < expected.length; place++) {
    const off = Math.abs(found[place]! - expected[place]!);
    assert.ok(off <= tolerance, `${found[place]} against ${expected[place]} at ${place}`);
  }
}

describe('matrix products by graphs', () => {
  const one = engineOf(1);
  const two = engineOf(2);
  // Three panels of columns of unequal width, and a last block of a single row at 4,096 rows a block.
  const rows = randomUnitRows('engine', 4097, 300);
  const source = rowsInMemory(rows);

  it('gives G-Vendi within 1e-6 of the float64 loops', async () => {
    const exact = gVendiOfCovariance(await plainEngine.moments(source));
    const found = gVendiOfCovariance(await one.moments(source));
    assert.deepEqual([found.n, found.d], [exact.n, exact.d]);
    assert.ok(Math.abs(found.value / exact.value - 1) < 1e-6, `${found.value} against ${exact.value}`);
    assert.ok(Math.abs(found.vs2 / exact.vs2 - 1) < 1e-6);
  });

  it('keeps 1e-6 on a spectrum of a few large and many small values', async () => {
    const lopsided = rowsInMemory(groupedRows('lopsided', [3000, 900, 60], 260, 0.3));
    const exact = gVendiOfCovariance(await plainEngine.moments(lopsided)).value;
    const found = gVendiOfCovariance(await two.moments(lopsided)).value;
    assert.ok(Math.abs(found / exact - 1) < 1e-6, `${found} against ${exact}`);
  });

  // Rounding leaves eigenvalues of both signs where there are none: up to 5e-7 of VS_2 when only the negative ones go.
  for (const [count, dimension, distinct] of [
    [2304, 512, 40],
    [4096, 512, 100],
    [2304, 512, 400],
    [4096, 96, 1],
    [9000, 64, 3],
  ] as const) {
    it(`sees no more directions than ${distinct} distinct rows have, ${count} x ${dimension}, at any order`, async () => {
      const { rows: repeated, base, weights } = repeatedRows(`repeated/${distinct}`, count, distinct, dimension);
      const exact = sketchSpectrum(base, weights);
      const { eigenvalues, vs2 } = momentSpectrum(momentsOf(await two.moments(rowsInMemory(repeated))));
      assert.equal(eigenvalues.filter((value) => value > 0).length, distinct);
      for (const [q, tolerance] of [
        [0.5, 1e-5],
        [1, 1e-6],
        [2, 1e-6],
        [Infinity, 1e-6],
      ] as const) {
        // prettier-ignore
        const [found, expected] = [vendiScore(eigenvalues, q), vendiScore(exact, q)];
        assert.ok(Math.abs(found / expected - 1) < tolerance, `q = ${q}: ${found} against ${expected}`);
      }
      assert.ok(Math.abs(vs2 / vendiScore(exact, 2) - 1) < 1e-6);
    });
  }

  it('multiplies long rows block by block as the loops do, on one thread and on two alike', async () => {
    // Two chunks of columns and an odd rest.
    const long = randomUnitRows('long', 61, 4099);
    const exact = await plainEngine.gram(rowsInMemory(long));
    const found = await two.gram(rowsInMemory(long));
    assertClose(found.values, exact.values, 1e-7 / 61);
    assertClose(exact.values, momentMatrix(long, undefined, 'gram'), 1e-15);
    assert.deepEqual(await one.gram(rowsInMemory(long)), found);
  });

  it('finds the centroid that float64 finds, up to float32 rounding', async () => {
    const { values } = randomUnitRows('centroids', 37, 300);
    const exact = await nearestOf(plainEngine, rows, values);
    const found = await nearestOf(one, rows, values);
    assertClose(found.similarities, exact.similarities, 1e-6);
    assert.deepEqual(found.clusters, exact.clusters);
  });

  it('sums squared cosines by directions and by their moments alike', async () => {
    const directions = randomUnitRows('directions', 50, 300);
    const moments = new Float64Array(300 * 300);
    for (let place = 0; place < directions.values.length; place++) {
      const start = Math.floor(place / 300) * 300;
      for (let column = 0; column < 300; column++) {
        const at = (place - start) * 300 + column;
        moments[at] = moments[at]! + directions.values[place]! * directions.values[start + column]!;
      }
    }
    const few = rowsInMemory(
      gatherRows(
        rows,
        Array.from({ length: 40 }, (_, row) => row),
      ),
    );
    const exact = await overlapsOf(plainEngine.squaredCosines(few, directions.values));
    assertClose(await overlapsOf(plainEngine.overlaps(few, moments)), exact, 1e-6);
    assertClose(await overlapsOf(one.overlaps(few, moments)), exact, 1e-6);
    assertClose(await overlapsOf(one.squaredCosines(few, directions.values)), exact, 1e-6);
  });

  it('gives the same bits on one thread and on two', async () => {
    assert.deepEqual(await two.moments(source), await one.moments(source));
    const centroids = rows.values.subarray(0, 20 * 300);
    assert.deepEqual(await nearestOf(two, rows, centroids), await nearestOf(one, rows, centroids));
  });

  it('gives a row the same bits wherever it stands and whatever its block', async () => {
    const centroids = randomUnitRows('centroids', 37, 300).values;
    const whole = await nearestOf(two, rows, centroids);
    for (const count of [1, 2, 3, 7, 130]) {
      const last = Array.from({ length: count }, (_, place) => rows.count - count + place);
      const part = await nearestOf(two, gatherRows(rows, last), centroids);
      assert.deepEqual(part.similarities, whole.similarities.slice(-count));
    }
    const order = permutation('order', rows.count);
    const shuffled = await nearestOf(two, gatherRows(rows, order), centroids);
    assert.deepEqual(
      shuffled.similarities,
      Array.from(order, (row) => whole.similarities[row]),
    );
    assert.deepEqual(
      shuffled.clusters,
      Array.from(order, (row) => whole.clusters[row]),
    );
  });

  it('reads rows that lie in shared memory as they are', async () => {
    const values = new Float32Array(new SharedArrayBuffer(rows.values.byteLength));
    values.set(rows.values);
    assert.deepEqual(await one.moments(rowsInMemory({ ...rows, values })), await one.moments(source));
  });

  it('clusters and selects as the loops do', async () => {
    const few = rowsInMemory(groupedRows('agreement', [200, 100, 50, 50], 24, 0.8));
    const plan = { clusterCount: 30, key: 'k' };
    const exact = await sphericalKMeans(few, plan);
    const found = await sphericalKMeans(few, { ...plan, engine: two });
    assert.deepEqual(found.assignments, exact.assignments);
    assert.ok(Math.abs(found.meanSimilarity - exact.meanSimilarity) < 1e-6);
    const { chosen } = await selectSpectral(few, { wanted: 40, heldRows: 16, engine: two });
    assert.deepEqual(chosen, (await selectSpectral(few, { wanted: 40 })).chosen);
  });

  it('chooses the same rows however few are held in memory', async () => {
    for (const key of ['a', 'b', 'c']) {
      const candidates = rowsInMemory(groupedRows(`held/${key}`, [200, 100, 50, 50], 24, 0.8));
      const pool = rowsInMemory(groupedRows(`pool/${key}`, [30, 5], 24, 0.8));
      const plan = { wanted: 40, key, pool, engine: two };
      for (const select of [selectSpectrally, selectKCenter]) {
        assert.deepEqual(await select(candidates, { ...plan, heldRows: 16 }), await select(candidates, plan));
      }
    }
  });

  it('names the row whose norm is wrong', async () => {
    const values = rows.values.slice();
    values.fill(0, 4096 * 300);
    const wrong = rowsInMemory({ ...rows, values });
    await assert.rejects(one.moments(wrong), { type: 'InvalidData', message: /row 4096 has norm 0/ });
    values[5] = NaN;
    await assert.rejects(one.moments(wrong), { type: 'InvalidData', message: /row 0 has norm NaN/ });
  });

  it('refuses centroids of another dimension', async () => {
    await assert.rejects(nearestOf(one, rows, new Float32Array(7)), { type: 'InvalidData' });
  });
});
