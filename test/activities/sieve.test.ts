// The sieve: what a gate keeps and turns away, counted per generator, and sums that can fail.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writeRows } from '../../activities/rows.ts';
import { countsOf, openSieve, sift, takenFrom } from '../../activities/sieve.ts';
import { runStage } from '../../activities/stage.ts';
import { makeWorkplace, rowsOf, symbolicSamples } from './workplace.ts';

const samples = [...symbolicSamples(3, ['hypernyms']), ...symbolicSamples(4, ['negation'], 'rules')];

describe('a sieve', () => {
  it('keeps samples in their order and keeps the others as rejects with their item', async (test) => {
    const { store } = await makeWorkplace(test);
    const sieve = openSieve();
    sieve.keep(samples[0]!);
    sieve.reject('x', 'rules', { reason: 'short', detail: '2 words' }, { text: 'no' });
    sieve.keep(samples[1]!);
    const { output, rejects, counts } = await sieve.write(store, 'gate', { seeds: 2, rules: 1 });
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
    const sieve = openSieve();
    sieve.keep(samples[0]!);
    const tables = await sieve.write(store, 'gate', { seeds: 2 });
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

  it('names generators that lost everything and those of which nothing came', () => {
    assert.deepEqual(countsOf({ seeds: 0 }, [], []), { seeds: { in: 0, kept: 0, rejected: {} } });
    assert.deepEqual(takenFrom(samples), { seeds: 3, rules: 4 });
  });
});
