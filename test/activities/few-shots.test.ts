// Few-shots by policy, from a pool in a real store.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { levelOf, openFewShots } from '../../activities/few-shots.ts';
import { writeDocument, writeRows } from '../../activities/rows.ts';
import { promptFiles } from '../../adapters/prompts/prompt-files.ts';
import { plainEngine } from '../../core/matrix/plain-engine.ts';
import type { FewShotConfig } from '../../contracts/campaign.ts';
import type { Sample } from '../../contracts/samples.ts';
import { makeWorkplace, symbolicSamples } from './workplace.ts';

/** Samples 0 to 4 point north, 5 to 7 east, 8 and 9 south; the last one has no gradient. */
const directions = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2];
const axis = (direction: number) => Float32Array.from([0, 1, 2], (place) => (place === direction ? 1 : 0));

async function open(test: TestContext, fewShots: FewShotConfig, groups: readonly string[] = []) {
  const place = await makeWorkplace(test);
  const samples = symbolicSamples(11, ['negation', 'order']).map((sample, index): Sample => {
    return { ...sample, group: groups[index] ?? sample.group };
  });
  const pool = await writeRows(place.store, 'samples', samples);
  const sketches = directions.map((direction, index) => {
    return { id: samples[index]!.id, sketch: axis(direction), loss: 1, tokens: 1 };
  });
  const poolSketches = await writeRows(place.store, 'sketches', sketches, { dimension: '3' });
  const centroids = Float32Array.from([0, 1, 2].flatMap((direction) => [...axis(direction)]));
  const clusters = await writeDocument(place.store, 'clusters', {
    dimension: 3,
    centroids: Buffer.from(centroids.buffer).toString('base64'),
    sizes: [5, 3, 2],
  });
  const job = { pool, poolSketches, clusters, generator: { fewShots } };
  const draw = await openFewShots({ store: place.store, promptFiles, engine: plainEngine }, job);
  const indexOf = (id: string) => samples.findIndex((sample) => sample.id === id);
  return { place, samples, draw, indices: (name: string) => draw(name).samples.map(({ id }) => indexOf(id)) };
}

describe('few-shots', () => {
  it('from the pool are distinct, whole, without history, and the same for the same draw', async (test) => {
    const { samples, draw, indices } = await open(test, { count: 5, policy: 'pool' });
    const { lineage: _, ...shown } = samples[indices('7/writer/r1/0')[0]!]!;
    assert.deepEqual(draw('7/writer/r1/0').samples[0], shown);
    assert.equal(new Set(indices('a')).size, 5);
    assert.deepEqual(indices('a'), indices('a'));
    assert.notDeepEqual(indices('a'), indices('b'));
    assert.equal(draw('a').persona, undefined);
    const seen = new Set(Array.from({ length: 60 }, (_, index) => indices(`draw ${index}`)).flat());
    assert.equal(seen.size, samples.length);
  });

  it('are the whole pool where more are wanted than there are, and none where none are', async (test) => {
    assert.equal((await open(test, { count: 64, policy: 'pool' })).indices('a').length, 11);
    assert.deepEqual((await open(test, { count: 0, policy: 'pool' })).indices('a'), []);
  });

  it('of sparse-cluster all come from one of the least populated clusters', async (test) => {
    const { indices } = await open(test, { count: 5, policy: 'sparse-cluster' });
    for (let draw = 0; draw < 20; draw++) assert.deepEqual(indices(`draw ${draw}`).sort(), [8, 9]);
  });

  it('of per-level come in proportion to the level', async (test) => {
    const groups = ['Level 5', 'level 1', ...new Array<string>(9).fill('algebra')];
    const { indices } = await open(test, { count: 1, policy: 'per-level' }, groups);
    const drawn = Array.from({ length: 3000 }, (_, draw) => indices(`draw ${draw}`)[0]);
    const shareOf = (index: number) => drawn.filter((one) => one === index).length / drawn.length;
    // Weights 5 and ten times 1: shares 1/3 and 1/15, each within four standard deviations.
    assert.ok(Math.abs(shareOf(0) - 1 / 3) < 0.035, String(shareOf(0)));
    assert.ok(Math.abs(shareOf(1) - 1 / 15) < 0.019, String(shareOf(1)));
  });

  it('of persona come with one persona a request, of the built-in list or of a file', async (test) => {
    const { place, draw } = await open(test, { count: 2, policy: 'persona' });
    const built = new Set(Array.from({ length: 50 }, (_, index) => draw(`draw ${index}`).persona));
    assert.ok(built.size > 25 && ![...built].some((one) => one === undefined || one.startsWith('#')));
    const personas = join(place.folder, 'mine.txt');
    await writeFile(personas, '# mine\r\na cook\r\n\r\n  a clerk  \r\n');
    const { draw: mine } = await open(test, { count: 2, policy: 'persona', personas });
    assert.deepEqual(
      new Set(Array.from({ length: 20 }, (_, index) => mine(`draw ${index}`).persona)),
      new Set(['a cook', 'a clerk']),
    );
    await writeFile(personas, '# nobody\n');
    await assert.rejects(open(test, { count: 2, policy: 'persona', personas }), /mine.txt holds no persona/);
    await assert.rejects(open(test, { count: 2, policy: 'persona', personas: join(place.folder, 'not.txt') }), {
      type: 'InvalidConfig',
    });
  });

  it('of a sketch that is of no pool sample are refused', async (test) => {
    const place = await makeWorkplace(test);
    const pool = await writeRows(place.store, 'samples', symbolicSamples(3, ['negation']));
    const stranger = { id: 'stranger', sketch: axis(0), loss: 1, tokens: 1 };
    const poolSketches = await writeRows(place.store, 'sketches', [stranger], { dimension: '3' });
    const centroids = Buffer.from(axis(0).buffer).toString('base64');
    const clusters = await writeDocument(place.store, 'clusters', { dimension: 3, centroids, sizes: [1] });
    const generator = { fewShots: { count: 1, policy: 'sparse-cluster' } } as const;
    const job = { pool, poolSketches, clusters, generator };
    await assert.rejects(
      openFewShots({ store: place.store, promptFiles, engine: plainEngine }, job),
      /sketch stranger has no sample/,
    );
  });
});

it('a level is the number of a group that names one', () => {
  const levels = {
    'Level 4': 4,
    '4': 4,
    ' grade 2.5 ': 2.5,
    'difficulty: 3': 3,
    algebra: 1,
    'Level ?': 1,
    '0': 1,
    '2020-01': 1,
  };
  for (const [group, level] of Object.entries(levels)) assert.equal(levelOf(group), level, group);
});
