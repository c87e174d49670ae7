// Measuring, clustering and selecting on invented sketches: nothing is lost, and the control is fair.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createDiversityActivities, readClusters } from '../../activities/diversity.ts';
import { readDocument, writeRows } from '../../activities/rows.ts';
import { createDirectoryDriver } from '../../adapters/store/directory.ts';
import type { SelectInput } from '../../contracts/activities.ts';
import type { SelectionConfig } from '../../contracts/campaign.ts';
import type { Sample, SketchRow } from '../../contracts/samples.ts';
import type { Steering, SteeringSide } from '../../contracts/status.ts';
import { plainEngine } from '../../core/matrix/plain-engine.ts';
import type { MatrixEngine } from '../../core/matrix/engine.ts';
import { uniforms } from '../../core/random/philox.ts';
import { makeWorkplace, rowsOf, symbolicSamples, type Workplace } from './workplace.ts';

const dimension = 16;

/** Unit rows around one of `directions` axes; the first axes are the most crowded. */
function sketchesOf(samples: readonly Sample[], directions: number, seed: string): SketchRow[] {
  const random = uniforms(seed);
  return samples.map(({ id }) => {
    const axis = Math.floor(directions * random.next() ** 2);
    const values = Array.from({ length: dimension }, (_, place) => (place === axis ? 1 : 0.3 * (random.next() - 0.5)));
    const norm = Math.hypot(...values);
    return { id, sketch: Float32Array.from(values, (value) => value / norm), loss: 1, tokens: 3 };
  });
}

const poolSamples = symbolicSamples(60, ['hypernyms']);
const offered = [...symbolicSamples(25, ['voice'], 'rules'), ...symbolicSamples(15, ['negation'], 'writer')];

async function makeRound({ store, openStore, context }: Workplace, candidates: readonly Sample[] = offered) {
  const activities = createDiversityActivities(openStore);
  const poolSketches = await writeRows(store, 'sketches', sketchesOf(poolSamples, 6, 'pool'), { specification: 's' });
  const rows = sketchesOf(candidates, 12, 'candidates');
  const clusters = await activities.clusterPool({ context, sketches: poolSketches, clusterShare: 0.2 });
  const input = (selection: Partial<SelectionConfig>): SelectInput => ({
    context,
    round: 2,
    candidates: { ...candidateTable },
    candidateSketches,
    poolSketches,
    clusters: clusters.output,
    selection: { method: 'sparse-clusters', clusterShare: 0.2, sparseShare: 0.5, accept: 10, audit: 8, ...selection },
    audit: { sketches: auditSketches, refused: 20, unsketchable: 3 },
  });
  const candidateTable = await writeRows(store, 'samples', candidates);
  const candidateSketches = await writeRows(store, 'sketches', rows, { specification: 's' });
  const refused = sketchesOf(symbolicSamples(5, ['numerals'], 'writer'), 12, 'refused');
  const auditSketches = await writeRows(store, 'sketches', refused, { specification: 's' });
  return { ...activities, poolSketches, clusters, input };
}

describe('measuring', () => {
  it('gives G-Vendi between 1 and min(n, d) with an interval around it, the same whenever it runs', async (test) => {
    const place = await makeWorkplace(test);
    const { measureDiversity, poolSketches } = await makeRound(place);
    const { summary } = await measureDiversity({ context: place.context, sketches: poolSketches });
    assert.deepEqual([summary.n, summary.d], [60, dimension]);
    assert.ok(summary.gVendi > 1 && summary.gVendi < dimension, String(summary.gVendi));
    assert.ok(summary.interval![0] < summary.gVendi && summary.gVendi < summary.interval![1]);
    const elsewhere = await makeWorkplace(test);
    const again = await makeRound(elsewhere);
    const same = await again.measureDiversity({ context: elsewhere.context, sketches: again.poolSketches });
    assert.deepEqual(same.summary, summary);
  });
});

describe('clustering', () => {
  it('puts every row of the pool into one of the clusters asked for', async (test) => {
    const place = await makeWorkplace(test);
    const { clusters } = await makeRound(place);
    const { centroids, sizes } = await readClusters(place.store, clusters.output);
    assert.equal(sizes.length, 12);
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      60,
    );
    assert.equal(centroids.length, 12 * dimension);
    const { smallest, largest, clusters: count } = clusters.summary;
    assert.deepEqual([count, smallest, largest], [12, Math.min(...sizes), Math.max(...sizes)]);
  });
});

/** The loops, counted, with a kill before pass `deadly`. */
function mortal(deadly = Infinity): { engine: MatrixEngine; passes: () => number } {
  let passes = 0;
  const engine: MatrixEngine = {
    ...plainEngine,
    nearest(...given) {
      if (++passes >= deadly) throw new Error('killed');
      return plainEngine.nearest(...given);
    },
  };
  return { engine, passes: () => passes };
}

describe('clustering that is killed', () => {
  it('goes on where it stood, to the same clusters, and leaves no scratch', async (test) => {
    const place = await makeWorkplace(test);
    const rows = sketchesOf(symbolicSamples(300, ['hypernyms']), 16, 'killed').map(({ sketch, ...row }, at) => {
      const random = uniforms(`killed/${at}`);
      const values = sketch.map((value) => 0.3 * value + random.next() - 0.5);
      const norm = Math.hypot(...values);
      return { ...row, sketch: values.map((value) => value / norm) };
    });
    const input = async (at: Workplace) => ({
      context: at.context,
      sketches: await writeRows(at.store, 'sketches', rows, { specification: 's' }),
      clusterShare: 0.1,
    });
    const elsewhere = await makeWorkplace(test);
    const whole = mortal();
    const undisturbed = createDiversityActivities(elsewhere.openStore, whole.engine);
    const expected = await undisturbed.clusterPool(await input(elsewhere));
    // The start takes up to 8 passes, so that several moves lie before the kill and some after it.
    assert.ok(whole.passes() > 13, `${whole.passes()} passes`);

    const killed = mortal(12);
    const first = createDiversityActivities(place.openStore, killed.engine);
    await assert.rejects(first.clusterPool(await input(place)), /killed/);
    const resumed = mortal();
    const found = await createDiversityActivities(place.openStore, resumed.engine).clusterPool(await input(place));
    assert.equal(found.output.manifest, expected.output.manifest);
    assert.deepEqual(found.summary, expected.summary);
    assert.equal(resumed.passes(), whole.passes() - 11);
    assert.deepEqual(await createDirectoryDriver(join(place.folder, 'store')).list('scratch/'), []);
  });
});

describe('selecting', () => {
  for (const method of ['sparse-clusters', 'spectral', 'random'] as const) {
    it(`by ${method} loses no candidate and takes a control of the same size`, async (test) => {
      const place = await makeWorkplace(test);
      const { selectCandidates, input } = await makeRound(place);
      const { output, rejects, counts, summary } = await selectCandidates(input({ method }));
      const accepted = await rowsOf(place.store, 'samples', output);
      const turnedAway = await rowsOf(place.store, 'rejects', rejects);
      assert.ok(accepted.length > 0 && accepted.length <= 10);
      assert.deepEqual([...accepted, ...turnedAway].map(({ id }) => id).sort(), offered.map(({ id }) => id).sort());
      assert.equal(counts['rules']?.in, 25);
      assert.equal(counts['writer']?.in, 15);
      for (const { lineage } of accepted) {
        assert.equal(lineage.round, 2);
        assert.ok(lineage.cluster !== undefined && lineage.cluster < 12);
      }
      const sketches = await rowsOf(place.store, 'sketches', summary.acceptedSketches);
      assert.deepEqual(
        sketches.map(({ id }) => id),
        accepted.map(({ id }) => id),
      );
      assert.equal((await place.store.readManifest(summary.acceptedSketches)).metadata['specification'], 's');
      assert.equal(summary.accepted.n, accepted.length);
      assert.equal(summary.random.n, accepted.length);
      assert.equal(summary.poolAfter.n, 60 + accepted.length);
      assert.equal(summary.poolAfterRandom.n, 60 + accepted.length);
    });
  }

  it('by spectral gives a more diverse set than the random control', async (test) => {
    const { selectCandidates, input } = await makeRound(await makeWorkplace(test));
    const { summary } = await selectCandidates(input({ method: 'spectral' }));
    assert.ok(summary.poolAfter.gVendi > summary.poolAfterRandom.gVendi);
  });

  it('records where the candidates fell, and how often those near sparse clusters had been right', async (test) => {
    const place = await makeWorkplace(test);
    const { selectCandidates, input } = await makeRound(place);
    const { output, summary } = await selectCandidates(input({}));
    const steering = await readDocument<Steering>(place.store, summary.steering);
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    assert.deepEqual([sum(steering.candidates), sum(steering.accepted)], [40, output.rows]);
    assert.deepEqual([steering.refused, steering.audited, steering.unsketchable], [20, 5, 3]);
    const { sparse, dense } = steering;
    assert.equal(sparse.pool + dense.pool, 60);
    // Every audited refusal stands for four; both sides together hold all 20.
    const seen = (side: SteeringSide) => (side.verifiedShare === null ? 0 : side.candidates / side.verifiedShare);
    assert.ok(Math.abs(seen(sparse) + seen(dense) - 60) < 4 + 1e-9, `${seen(sparse)} and ${seen(dense)}`);
    // Every accepted one lay near a cluster that was sparse at that moment, most of them near one sparse from the start.
    assert.ok(sparse.accepted / Math.max(1, sparse.candidates) > dense.accepted / Math.max(1, dense.candidates));
  });

  it('does not depend on the order in which candidates were written', async (test) => {
    const idsOf = async (candidates: readonly Sample[], method: SelectionConfig['method']) => {
      const place = await makeWorkplace(test);
      const sketches = new Map(sketchesOf(offered, 12, 'candidates').map((row) => [row.id, row]));
      const round = await makeRound(place, candidates);
      const candidateSketches = await writeRows(
        place.store,
        'sketches',
        candidates.map(({ id }) => sketches.get(id)!),
        {},
      );
      const { output } = await round.selectCandidates({ ...round.input({ method }), candidateSketches });
      return (await rowsOf(place.store, 'samples', output)).map(({ id }) => id).sort();
    };
    assert.deepEqual(await idsOf([...offered].reverse(), 'spectral'), await idsOf(offered, 'spectral'));
  });

  it('takes all there is when fewer candidates came than it may accept, and nothing from nothing', async (test) => {
    const { selectCandidates, input } = await makeRound(await makeWorkplace(test));
    for (const method of ['spectral', 'random'] as const) {
      assert.equal((await selectCandidates(input({ method, accept: 100 }))).output.rows, 40);
    }
    const empty = await makeWorkplace(test);
    const round = await makeRound(empty, []);
    const { output, rejects, summary } = await round.selectCandidates(round.input({}));
    assert.deepEqual([output.rows, rejects?.rows, summary.accepted.n, summary.poolAfter.n], [0, 0, 0, 60]);
  });

  it('refuses sketches of other candidates', async (test) => {
    const place = await makeWorkplace(test);
    const { selectCandidates, input } = await makeRound(place);
    const candidates = await writeRows(place.store, 'samples', offered.slice(1));
    await assert.rejects(selectCandidates({ ...input({}), candidates }), {
      type: 'InvalidData',
      message: /no candidate/,
    });
  });
});
