// Pair jobs with a tiny encoder: the nearest benchmark row of every sample, where it is near enough.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { createChunkActivities } from '../../activities/chunks.ts';
import { openPairing } from '../../activities/pairing.ts';
import { writeRows } from '../../activities/rows.ts';
import { createModelRuntime } from '../../adapters/models/runtime.ts';
import type { PairJob } from '../../contracts/chunked-jobs.ts';
import type { Sample } from '../../contracts/samples.ts';
import { plainEngine } from '../../core/matrix/plain-engine.ts';
import { writeTinyEncoder } from '../helpers/tiny-encoder.ts';
import { asActivity, makeWorkplace, rowsOf, symbolicSamples, writeParts, type Workplace } from './workplace.ts';

const [like] = symbolicSamples(1, ['hypernyms'], 'rules');
const problem = (id: string, prompt: string): Sample => ({ ...like!, id, task: 'math', prompt });

/** The recipe over a tiny encoder; `embedded` lists how many texts each call brought. */
async function makePairing(test: TestContext) {
  const place = await makeWorkplace(test, 'math');
  process.env['DIFFRACT_CACHE'] = join(place.folder, 'cache');
  const encoder = join(place.folder, 'encoder');
  await writeTinyEncoder(encoder);
  const models = createModelRuntime({ sessions: 1 });
  test.after(() => models.close());
  const embedded: number[] = [];
  const counting = {
    async openEmbedder(reference: string) {
      const embedder = await models.openEmbedder(reference);
      return {
        ...embedder,
        embed: (texts: readonly string[], signal: AbortSignal) => {
          embedded.push(texts.length);
          return embedder.embed(texts, signal);
        },
      };
    },
  };
  const pair = openPairing({ models: counting, engine: plainEngine });
  return { ...place, encoder, embedded, chunks: createChunkActivities(place.openStore, { pair }) };
}

async function makeJob({ store, context }: Workplace, encoder: string, samples: readonly Sample[]): Promise<PairJob> {
  const benchmarks = {
    second: await writeRows(store, 'samples', [problem('second/0', 'hello world'), problem('second/1', '7 + 5 = ?')]),
    first: await writeParts(store, 'samples', [problem('first/0', 'the cat sat')], [problem('first/1', 'un able ing')]),
  };
  const table = await writeParts(store, 'samples', samples.slice(0, 2), samples.slice(2));
  return { kind: 'pair', context, samples: table, benchmarks, encoder, similarity: 0.9999 };
}

const samples = [
  problem('a', 'hello world'),
  problem('b', 'play ed s cafe naive 9 9 9 9'),
  problem('c', 'the cat sat'),
  problem('d', '7 + 5 = ?'),
];

describe('a pair job', () => {
  it('names the nearest row of all benchmarks, and leaves out samples that are near none', async (test) => {
    const place = await makePairing(test);
    const job = await makeJob(place, place.encoder, samples);
    assert.equal((await place.chunks.planChunks(job)).chunks, 1);
    await asActivity(() => place.chunks.runChunk({ job, chunk: 0 }));
    const { output, summary, key } = await place.chunks.assembleChunks(job);
    const pairs = await rowsOf(place.store, 'pairs', output);
    assert.deepEqual(
      pairs.map(({ similarity: _, ...pair }) => pair),
      [
        { id: 'a', benchmark: 'second', rowId: 'second/0', text: 'hello world', benchmarkText: 'hello world' },
        { id: 'c', benchmark: 'first', rowId: 'first/0', text: 'the cat sat', benchmarkText: 'the cat sat' },
        { id: 'd', benchmark: 'second', rowId: 'second/1', text: '7 + 5 = ?', benchmarkText: '7 + 5 = ?' },
      ],
    );
    for (const { similarity } of pairs)
      assert.ok(Math.abs(similarity - 1) < 1e-6, `cosine ${similarity} of equal texts`);
    assert.equal(summary.ledger, null);
    const wider = { ...job, similarity: 0.000001 };
    await asActivity(() => place.chunks.runChunk({ job: wider, chunk: 0 }));
    const all = await place.chunks.assembleChunks(wider);
    assert.notEqual(all.key, key);
    assert.equal(all.output.rows, 4);
  });

  it('embeds the benchmarks once a process, whatever the number of chunks', async (test) => {
    const place = await makePairing(test);
    const many = Array.from({ length: 1030 }, (_, index) => problem(`s${index}`, `the cat ${index % 10}`));
    const job = await makeJob(place, place.encoder, many);
    assert.equal((await place.chunks.planChunks(job)).chunks, 2);
    const run = (chunk: number) => asActivity(() => place.chunks.runChunk({ job, chunk }));
    await Promise.all([run(0), run(1)]);
    assert.deepEqual(
      place.embedded.toSorted((a, b) => a - b),
      [4, 6, 256, 256, 256, 256],
    );
    const { output } = await place.chunks.assembleChunks({ ...job });
    const ids = (await rowsOf(place.store, 'pairs', output)).map(({ id }) => id);
    assert.deepEqual(
      ids,
      many.map(({ id }) => id).filter((id) => ids.includes(id)),
      'pairs are in the order of the samples',
    );
  });

  it('has no work where the benchmarks are empty', async (test) => {
    const place = await makePairing(test);
    const job = await makeJob(place, place.encoder, samples);
    const none = { ...job, benchmarks: { none: await writeRows(place.store, 'samples', []) } };
    assert.equal((await place.chunks.planChunks(none)).chunks, 0);
    assert.equal((await place.chunks.assembleChunks(none)).output.rows, 0);
  });
});
