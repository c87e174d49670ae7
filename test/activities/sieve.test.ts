// The sieve: what a gate keeps and turns away, counted per generator, and sums that can fail.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withHeartbeat } from '../../activities/heartbeat.ts';
import { writeRows } from '../../activities/rows.ts';
import { countsOf, openSieve, sift, takenFrom } from '../../activities/sieve.ts';
import { runStage } from '../../activities/stage.ts';
import { asActivity, makeWorkplace, mockEnvironment, rowsOf, symbolicSamples, writeParts } from './workplace.ts';

const samples = [...symbolicSamples(3, ['hypernyms']), ...symbolicSamples(4, ['negation'], 'rules')];

describe('a sieve', () => {
  it('keeps samples in their order and keeps the others as rejects with their item', async (test) => {
    const { store } = await makeWorkplace(test);
    const sieve = openSieve(store, 'gate');
    await sieve.keep(samples[0]!);
    await sieve.reject('x', 'rules', { reason: 'short', detail: '2 words' }, { text: 'no' });
    await sieve.keep(samples[1]!);
    const { output, rejects, counts } = await sieve.finish({ seeds: 2, rules: 1 });
    assert.deepEqual(await rowsOf(store, 'samples', output), samples.slice(0, 2));
    assert.deepEqual(await rowsOf(store, 'rejects', rejects), [
      { id: 'x', generator: 'rules', stage: 'gate', reason: 'short', detail: '2 words', item: '{"text":"no"}' },
    ]);
    assert.deepEqual(counts, {
      seeds: { in: 2, kept: 2, rejected: {} },
      rules: { in: 1, kept: 0, rejected: { short: 1 } },
    });
  });

  it('counts what went in where it went in, so that a lost row breaks the stage', async (test) => {
    const { store } = await makeWorkplace(test);
    const sieve = openSieve(store, 'gate');
    await sieve.keep(samples[0]!);
    const tables = await sieve.finish({ seeds: 2 });
    const identity = { stage: 'gate', version: 1, inputs: [], config: {} };
    await assert.rejects(
      runStage(store, identity, () => Promise.resolve({ ...tables, summary: null })),
      { type: 'ConservationBroken' },
    );
  });

  it('lets a gate complete a sample', async (test) => {
    const { store } = await makeWorkplace(test);
    const table = await writeRows(store, 'samples', samples);
    const { output, counts } = await sift(store, 'gate', table, (sample) =>
      sample.lineage.generator === 'rules' ? { reason: 'ruled-out', detail: '' } : { ...sample, group: 'done' },
    );
    const kept = await rowsOf(store, 'samples', output);
    assert.deepEqual(new Set(kept.map(({ group }) => group)), new Set(['done']));
    assert.deepEqual(counts['rules'], { in: 4, kept: 0, rejected: { 'ruled-out': 4 } });
  });

  it('lets go of every full part: what it holds does not grow with the table', async (test) => {
    const { store } = await makeWorkplace(test);
    const written: string[] = [];
    const watched: typeof store = {
      ...store,
      writeTablePart: (kind, path, rows, metadata) => {
        written.push(`${kind} ${rows.length}`);
        return store.writeTablePart(kind, path, rows, metadata);
      },
    };
    const sieve = openSieve(watched, 'gate');
    for (let row = 0; row < 4096; row++) {
      await sieve.keep(samples[0]!);
      if (row % 2 === 0) await sieve.reject(`x${row}`, 'seeds', { reason: 'even', detail: '' }, null);
    }
    assert.deepEqual(written, ['samples 4096']);
    const { output, rejects } = await sieve.finish({ seeds: 6144 });
    assert.deepEqual([output.rows, rejects.rows], [4096, 2048]);
    assert.deepEqual(written, ['samples 4096', 'rejects 2048']);
  });

  it('keeps the same parts however its input was cut', async (test) => {
    const { store } = await makeWorkplace(test);
    const run = async (table: Awaited<ReturnType<typeof writeRows<'samples'>>>) =>
      (await sift(store, 'gate', table, (sample) => sample)).output;
    const cut = await writeParts(store, 'samples', samples.slice(0, 2), samples.slice(2, 3), samples.slice(3));
    assert.deepEqual(await run(cut), await run(await writeRows(store, 'samples', samples)));
  });

  it('reports after every part how far it is, so that a long gate is not taken for dead', async (test) => {
    const { store } = await makeWorkplace(test);
    const table = await writeParts(store, 'samples', samples.slice(0, 2), samples.slice(2, 3), samples.slice(3));
    const environment = mockEnvironment();
    const beats: unknown[] = [];
    environment.on('heartbeat', (progress) => beats.push(progress));
    await asActivity(() => withHeartbeat(() => sift(store, 'gate', table, (sample) => sample)), environment);
    assert.deepEqual(
      beats,
      [2, 3, 7].map((done) => ({ done, total: 7 })),
    );
  });

  it('names generators that lost everything and those of which nothing came', () => {
    assert.deepEqual(countsOf({ seeds: 0 }, [], []), { seeds: { in: 0, kept: 0, rejected: {} } });
    assert.deepEqual(takenFrom(samples), { seeds: 3, rules: 4 });
  });
});
