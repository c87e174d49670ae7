// The three calls of every chunked stage, with a small recipe over a real store.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createChunkActivities, type ChunkRecipe } from '../../activities/chunks.ts';
import { readRowRange, writeRows } from '../../activities/rows.ts';
import type { SketchJob } from '../../contracts/activities.ts';
import type { StageCounts } from '../../contracts/artifacts.ts';
import { PermanentError } from '../../contracts/failures.ts';
import { asActivity, makeWorkplace, rowsOf, symbolicSamples, type Workplace } from './workplace.ts';

const samples = symbolicSamples(10, ['hypernyms', 'negation']);

/** A stage that turns every third row away and spends tokens on each; `worked` lists the chunks that really ran. */
async function makeStage({ store, openStore, context }: Workplace) {
  const worked: number[] = [];
  const table = await writeRows(store, 'samples', samples);
  const recipe = (): ChunkRecipe => ({
    identity: { stage: 'copy', version: 1, inputs: [table], config: {} },
    rows: samples.length,
    chunkRows: 4,
    output: 'samples',
    metadata: { made: 'by tests' },
    async produce({ range, chunkKey }) {
      assert.match(chunkKey, /^[0-9a-f]{64}$/);
      worked.push(range.start);
      const rows = await readRowRange(store, table, range.start, range.end);
      const kept = rows.filter((_, index) => (range.start + index) % 3 !== 0);
      const rejects = rows
        .filter((row) => !kept.includes(row))
        .map(({ id }) => ({ id, generator: 'seeds', stage: 'copy', reason: 'third', detail: '', item: '{}' }));
      const count: StageCounts = { in: rows.length, kept: kept.length, rejected: { third: rejects.length } };
      return {
        output: await writeRows(store, 'samples', kept),
        rejects: await writeRows(store, 'rejects', rejects),
        counts: { seeds: count },
        tokens: { requests: 1, promptTokens: 10, completionTokens: range.end - range.start },
      };
    },
  });
  const activities = createChunkActivities(openStore, { sketch: () => Promise.resolve(recipe()) });
  const job = { kind: 'sketch', context } as SketchJob;
  return { ...activities, job, worked };
}

describe('a chunked stage', () => {
  it('is cut by its rows, and a chunk that is there is not made again', async (test) => {
    const { planChunks, runChunk, job, worked } = await makeStage(await makeWorkplace(test));
    assert.deepEqual(await planChunks(job), { chunks: 3, rows: 10, finished: null });
    assert.deepEqual(await asActivity(() => runChunk({ job, chunk: 2 })), { rows: 2, reused: false });
    assert.deepEqual(await asActivity(() => runChunk({ job, chunk: 2 })), { rows: 2, reused: true });
    assert.deepEqual(worked, [8]);
  });

  it('is not assembled while a chunk is missing', async (test) => {
    const { runChunk, assembleChunks, job } = await makeStage(await makeWorkplace(test));
    for (const chunk of [0, 2]) await asActivity(() => runChunk({ job, chunk }));
    await assert.rejects(assembleChunks(job), {
      type: 'MissingArtifact',
      message: /Stage copy: chunk 1 \(stage key [0-9a-f]{64}\) is not in the store/,
    });
  });

  it('adds up rows, rejects, counts and tokens in the order of the chunks, whatever order they ran in', async (test) => {
    const place = await makeWorkplace(test);
    const { planChunks, runChunk, assembleChunks, job, worked } = await makeStage(place);
    for (const chunk of [2, 0, 1]) await asActivity(() => runChunk({ job, chunk }));
    const { output, rejects, counts, summary, reused } = await assembleChunks(job);
    const kept = samples.filter((_, index) => index % 3 !== 0);
    assert.deepEqual(await rowsOf(place.store, 'samples', output), kept);
    assert.deepEqual(
      (await rowsOf(place.store, 'rejects', rejects)).map(({ id }) => id),
      samples.filter((sample) => !kept.includes(sample)).map(({ id }) => id),
    );
    assert.deepEqual(counts, { seeds: { in: 10, kept: 6, rejected: { third: 4 } } });
    assert.deepEqual(summary.tokens, { requests: 3, promptTokens: 30, completionTokens: 10 });
    assert.equal(summary.accuracy, null);
    assert.deepEqual((await place.store.readManifest(output)).metadata, { made: 'by tests' });
    assert.equal(reused, false);

    const { finished } = await planChunks(job);
    assert.equal(finished?.reused, true);
    assert.deepEqual(finished.output, output);
    assert.equal((await assembleChunks(job)).reused, true);
    assert.deepEqual(worked, [8, 0, 4]);
  });

  it('refuses a kind of job that its worker does not know', async (test) => {
    const { planChunks, job } = await makeStage(await makeWorkplace(test));
    await assert.rejects(
      planChunks({ ...job, kind: 'evaluate' } as never),
      (error) => error instanceof PermanentError && /cannot run a evaluate job; it knows: sketch/.test(error.message),
    );
  });
});
