// The three calls of every chunked stage, with a small recipe over a real store.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createChunkActivities, type ChunkRecipe } from '../../activities/chunks.ts';
import { readRowRange, writeRows } from '../../activities/rows.ts';
import type { SketchJob } from '../../contracts/chunked-jobs.ts';
import type { StageCounts } from '../../contracts/artifacts.ts';
import { PermanentError } from '../../contracts/failures.ts';
import type { LedgerEntry } from '../../contracts/samples.ts';
import { asActivity, makeWorkplace, rowsOf, symbolicSamples, type Workplace } from './workplace.ts';

const samples = symbolicSamples(10, ['hypernyms', 'negation']);

/** A stage that turns every third row away and asks about the others' chunk and about all; `worked` lists the chunks that really ran. */
async function makeStage({ store, openStore, context }: Workplace, chunkRows = 4) {
  const worked: number[] = [];
  const table = await writeRows(store, 'samples', samples);
  const recipe = (): ChunkRecipe => ({
    identity: { stage: 'copy', version: 1, inputs: [table], config: {} },
    rows: samples.length,
    chunkRows,
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
        tokens: { requests: 2, promptTokens: 20, cachedTokens: 0, completionTokens: 2 * rows.length, cost: 0.5 },
        ledger: await writeRows(store, 'ledger', [
          billed(`rows ${range.start}`, rows.length),
          billed('all rows', rows.length),
        ]),
      };
    },
  });
  const activities = createChunkActivities(openStore, { sketch: () => Promise.resolve(recipe()) });
  const job = { kind: 'sketch', context } as SketchJob;
  return { ...activities, job, worked };
}

function billed(requestHash: string, completionTokens: number): LedgerEntry {
  return {
    requestHash,
    stage: 'copy',
    generator: 'seeds',
    model: 'tiny',
    promptTokens: 10,
    cachedTokens: 0,
    completionTokens,
    failedTries: 0,
    failedPromptTokens: 0,
    failedCompletionTokens: 0,
    estimated: false,
    priceVersion: '1',
    cost: 0.25,
  };
}

describe('a chunked stage', () => {
  it('is cut by its rows, and a chunk that is there is not made again', async (test) => {
    const { planChunks, runChunk, job, worked } = await makeStage(await makeWorkplace(test));
    assert.deepEqual(await planChunks(job), { chunks: 3, rows: 10, finished: null });
    const tokens = { requests: 2, promptTokens: 20, cachedTokens: 0, completionTokens: 4, cost: 0.5 };
    assert.deepEqual(await asActivity(() => runChunk({ job, chunk: 2 })), { rows: 2, tokens, reused: false });
    assert.deepEqual(await asActivity(() => runChunk({ job, chunk: 2 })), { rows: 2, tokens, reused: true });
    assert.deepEqual(worked, [8]);
  });

  it('takes no chunk for one of other rows when it is cut otherwise', async (test) => {
    const place = await makeWorkplace(test);
    const first = await makeStage(place);
    await asActivity(() => first.runChunk({ job: first.job, chunk: 1 }));
    const recut = await makeStage(place, 5);
    for (const chunk of [0, 1]) await asActivity(() => recut.runChunk({ job: recut.job, chunk }));
    assert.deepEqual(recut.worked, [0, 5]);
    const { output } = await recut.assembleChunks(recut.job);
    assert.deepEqual(
      (await rowsOf(place.store, 'samples', output)).map(({ id }) => id),
      samples.filter((_, index) => index % 3 !== 0).map(({ id }) => id),
    );
  });

  it('is not assembled while a chunk is missing', async (test) => {
    const { runChunk, assembleChunks, job } = await makeStage(await makeWorkplace(test));
    for (const chunk of [0, 2]) await asActivity(() => runChunk({ job, chunk }));
    await assert.rejects(assembleChunks(job), {
      type: 'MissingArtifact',
      message: /Stage copy: the chunk of rows 4 to 8 \(stage key [0-9a-f]{64}\) is not in the store/,
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
    // Three requests about chunks and one that all three chunks made, which counts once, as the first chunk has it.
    const tokens = { requests: 4, promptTokens: 40, cachedTokens: 0, completionTokens: 14, cost: 1 };
    assert.deepEqual(summary.tokens, tokens);
    assert.deepEqual(
      (await rowsOf(place.store, 'ledger', summary.ledger)).map(({ requestHash }) => requestHash),
      ['rows 0', 'all rows', 'rows 4', 'rows 8'],
    );
    assert.equal(summary.score, null);
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
