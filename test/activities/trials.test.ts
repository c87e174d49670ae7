// Trial jobs with a scripted student: every trial is there once, with its measures, and one killed in the middle goes on.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { createChunkActivities } from '../../activities/chunks.ts';
import type { OpenTrialStudent } from '../../activities/ports/trial-students.ts';
import { writeRows } from '../../activities/rows.ts';
import { createStudyActivities } from '../../activities/study.ts';
import { openTrials } from '../../activities/trials.ts';
import { createDirectoryDriver } from '../../adapters/store/directory.ts';
import type { Sample } from '../../contracts/samples.ts';
import type { StudyConfig, StudyPool, TrialJob } from '../../contracts/study.ts';
import type { Trial } from '../../contracts/trials.ts';
import type { StudyFigures } from '../../core/report/study-report.ts';
import { measureNames } from '../../core/study/measured-names.ts';
import { uniforms } from '../../core/random/philox.ts';
import { asActivity, makeWorkplace, rowsOf, symbolicSamples, type Workplace } from './workplace.ts';

const study = {
  name: 'scripted',
  task: 'nli',
  seed: 5,
  size: 12,
  draws: 2,
  pool: [
    { name: 'rules', sources: [] },
    { name: 'other', sources: [] },
  ],
  benchmarks: [
    { name: 'far', distribution: 'out', sources: [] },
    { name: 'close', distribution: 'in', sources: [] },
  ],
  matching: { labels: 'equal', lengthBands: 2 },
  recipes: [
    { kind: 'balls', name: 'near', space: 'text-gradients', neighbours: [16, 24], centres: 2 },
    { kind: 'duplicates', name: 'copies', shares: [0.25] },
    { kind: 'random', name: 'random' },
  ],
  students: [
    { kind: 'features', name: 'one' },
    { kind: 'features', name: 'two' },
  ],
  score: 'balanced-accuracy',
  screeningDraws: 2,
  leads: ['g-vendi:text'],
} as unknown as StudyConfig;

/** Right as often as it saw different samples, give or take a coin that its key decides. */
function scriptedStudent(runs: string[] = [], failAt = Infinity): OpenTrialStudent {
  return (config, { benchmarks }) =>
    Promise.resolve({
      name: config.name,
      identity: { scripted: 1 },
      run: ({ rows, key }) => {
        runs.push(key);
        if (runs.length > failAt) return Promise.reject(new Error('killed'));
        const skill = 0.6 + new Set(rows).size / 60;
        const answers = [...benchmarks].map(([name, samples]) => {
          const random = uniforms(`${key}/${name}`);
          return [name, Float32Array.from(samples, () => (random.next() < skill ? 1 : 0))] as const;
        });
        return Promise.resolve(new Map(answers));
      },
    });
}

async function writePool({ store }: Workplace, samples: readonly Sample[]): Promise<StudyPool> {
  const random = uniforms('trial vectors');
  const unit = (): Float32Array => {
    const values = Array.from({ length: 16 }, () => random.next() - 0.5);
    const norm = Math.hypot(...values);
    return Float32Array.from(values, (value) => value / norm);
  };
  const sketchesOf = (kept: readonly Sample[]) =>
    writeRows(
      store,
      'sketches',
      kept.map(({ id }) => ({ id, sketch: unit(), loss: 1 + random.next(), tokens: 4 })),
    );
  return {
    samples: await writeRows(store, 'samples', samples),
    // One sample has no sketch of the completion, so it belongs to no subset.
    sketches: { completion: await sketchesOf(samples.slice(1)), text: await sketchesOf(samples) },
    embeddings: await writeRows(
      store,
      'embeddings',
      samples.map(({ id }) => ({ id, embedding: unit() })),
    ),
  };
}

async function makeStudy(test: TestContext) {
  const place = await makeWorkplace(test);
  const slices = ['hypernyms', 'negation', 'voice'];
  const samples = [...symbolicSamples(30, slices, 'rules'), ...symbolicSamples(30, slices.slice(1), 'other')];
  const pool = await writePool(place, samples);
  const benchmarks = {
    far: await writeRows(place.store, 'samples', symbolicSamples(60, ['ood-dates'], 'far')),
    close: await writeRows(place.store, 'samples', symbolicSamples(60, ['comparatives'], 'close')),
  };
  const activities = createStudyActivities(place.openStore);
  const { context } = place;
  const planned = await asActivity(() => activities.planDraws({ context, study, pool, benchmarks }));
  const { pageEnds } = planned.summary;
  const job: TrialJob = {
    kind: 'trial',
    context,
    study,
    pool,
    benchmarks,
    draws: { ...planned.output, kind: 'draws' },
    start: 0,
    end: pageEnds.at(-1)!,
  };
  return { ...place, pool, benchmarks, samples, activities, planned, job };
}

async function runAll({ openStore }: Pick<Workplace, 'openStore'>, job: TrialJob, open: OpenTrialStudent) {
  const chunks = createChunkActivities(openStore, { trial: openTrials(open) });
  const plan = await chunks.planChunks(job);
  for (let chunk = 0; chunk < plan.chunks; chunk++) await asActivity(() => chunks.runChunk({ job, chunk }));
  return chunks.assembleChunks(job);
}

describe('trials', () => {
  it('train every student on every subset once, with all measures and shares of the sources', async (test) => {
    const world = await makeStudy(test);
    const runs: string[] = [];
    const { output } = await runAll(world, world.job, scriptedStudent(runs));
    const trials = await rowsOf(world.store, 'trials', output);
    assert.equal(trials.length, 2 * (3 + 2 * 6));
    assert.equal(new Set(runs).size, trials.length);
    assert.deepEqual(world.planned.summary, { pageEnds: [3, 9, 15], recipes: 6 });
    for (const trial of trials) {
      const found = Object.keys(trial.measures);
      assert.deepEqual(
        measureNames.filter((name) => !found.includes(name)),
        [],
        trial.id,
      );
      assert.ok(Math.abs(Object.values(trial.shares).reduce((a, b) => a + b) - 1) < 1e-9);
      assert.deepEqual(Object.keys(trial.scores), ['close', 'far']);
      assert.equal(trial.scores['far']?.chance, 0.5);
    }
    const copies = trials.filter(({ recipe }) => recipe === 'copies/0.25');
    const random = trials.filter(({ recipe }) => recipe === 'random');
    assert.ok(copies.every(({ distinct }) => distinct === 4) && random.every(({ distinct }) => distinct === 12));
    const mean = (own: readonly Trial[]) =>
      own.reduce((sum, { measures }) => sum + measures['g-vendi:text']!, 0) / own.length;
    assert.ok(mean(copies) < 4.01 && mean(random) > 5);
  });

  it('go on after a kill with the trials that are durable, and end with the same table', async (test) => {
    const world = await makeStudy(test);
    const killed = createChunkActivities(world.openStore, { trial: openTrials(scriptedStudent([], 5)) });
    await asActivity(() => assert.rejects(killed.runChunk({ job: world.job, chunk: 0 }), /killed/));
    const rest: string[] = [];
    const resumed = await runAll(world, world.job, scriptedStudent(rest));
    assert.equal(rest.length, 30 - 5);
    const other = await makeStudy(test);
    const whole = await runAll(other, other.job, scriptedStudent());
    assert.equal(resumed.output.manifest, whole.output.manifest);
    assert.deepEqual(await createDirectoryDriver(`${world.folder}/store`).list('scratch/'), []);
  });

  it('are reported as far as they are done, and nothing is computed again for the same trials', async (test) => {
    const world = await makeStudy(test);
    const { context, activities } = world;
    const screening = await runAll(world, { ...world.job, end: 3 }, scriptedStudent());
    const first = await runAll(world, { ...world.job, start: 3, end: 9 }, scriptedStudent());
    const tables = [screening, first].map(({ output }) => ({ ...output, kind: 'trials' as const }));
    const report = () => asActivity(() => activities.reportStudy({ context, study, trials: tables, planned: 30 }));
    const { output, summary, reused } = await report();
    assert.deepEqual(summary.kept, { one: ['far', 'close'], two: ['far', 'close'] });
    assert.equal(reused, false);
    assert.equal((await report()).reused, true);
    const part = (await world.store.readManifest(output)).parts.find(({ path }) => path === 'report.html')!;
    const html = new TextDecoder().decode(await world.store.readPart(part));
    assert.match(html, /60\.0 % done: early results/);
    assert.equal((await world.store.readRef('tests', 'report'))?.manifest, output.manifest);
  });

  it('are reported anew when a benchmark changes sides, though its trials stay', async (test) => {
    const { context, activities, ...world } = await makeStudy(test);
    const { output } = await runAll(world, { ...world.job, end: 3 }, scriptedStudent());
    const trials = [{ ...output, kind: 'trials' as const }];
    const report = (of: StudyConfig) =>
      asActivity(() => activities.reportStudy({ context, study: of, trials, planned: 30 }));
    await report(study);
    const benchmarks = study.benchmarks.map((one) => ({ ...one, distribution: 'out' as const }));
    const { output: changed, reused } = await report({ ...study, benchmarks });
    assert.equal(reused, false);
    const part = (await world.store.readManifest(changed)).parts.find(({ path }) => path === 'report.json')!;
    const { analysis } = JSON.parse(new TextDecoder().decode(await world.store.readPart(part))) as StudyFigures;
    assert.ok(analysis.screened.every(({ distribution }) => distribution === 'out'));
  });

  it('leave no student open when another one cannot be opened', async (test) => {
    const world = await makeStudy(test);
    const closed: string[] = [];
    const open: OpenTrialStudent = async (config, setup) => {
      if (config.name === 'two') throw new Error('no such model');
      const student = await scriptedStudent()(config, setup);
      return { ...student, close: () => Promise.resolve(void closed.push(config.name)) };
    };
    await assert.rejects(runAll(world, world.job, open), /no such model/);
    assert.deepEqual(closed, ['one']);
  });

  it('refuse a benchmark with one label before anything is trained', async (test) => {
    const world = await makeStudy(test);
    const yes = symbolicSamples(20, ['hypernyms'], 'flat').filter(({ answer }) => answer === 'yes');
    const flat = { flat: await writeRows(world.store, 'samples', yes) };
    const { activities, context, pool } = world;
    await assert.rejects(
      asActivity(() => activities.planDraws({ context, study, pool, benchmarks: flat })),
      /benchmark flat: all \d+ rows have the answer "yes"/,
    );
  });
});

describe('joining a pool', () => {
  it('keeps the first of samples with one text, and names the others', async (test) => {
    const place = await makeWorkplace(test);
    const samples = symbolicSamples(6, ['hypernyms', 'negation'], 'first');
    const again = samples
      .slice(0, 2)
      .map((sample) => ({ ...sample, id: `second/${sample.id}`, lineage: { ...sample.lineage, generator: 'second' } }));
    const sources = [await writeRows(place.store, 'samples', samples), await writeRows(place.store, 'samples', again)];
    const { joinPool } = createStudyActivities(place.openStore);
    const { output, counts, rejects } = await asActivity(() => joinPool({ context: place.context, sources }));
    assert.equal(output.rows, 6);
    assert.deepEqual(counts['second'], { in: 2, kept: 0, rejected: { repeated: 2 } });
    assert.match((await rowsOf(place.store, 'rejects', rejects))[0]!.detail, /the text of first\//);
  });
});
