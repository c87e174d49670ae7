// The pool of a study: joined from its sources, embedded, and read back with all that measures and recipes know of it.

import type { TableRef } from '../contracts/artifacts.ts';
import type { Sample } from '../contracts/samples.ts';
import type { EmbedJob, GradientTarget, StudyActivities, StudyPool } from '../contracts/study.ts';
import { itemAt } from '../core/item-at.ts';
import { gatherRows, type RowMatrix } from '../core/diversity/row-matrix.ts';
import type { PoolItem } from '../core/study/strata.ts';
import { normaliseText, words } from '../core/text/words.ts';
import { noTokens } from '../core/plan/budget.ts';
import { taskNamed } from '../tasks/registry.ts';
import type { ChunkRecipe } from './chunks.ts';
import { reportProgress } from './heartbeat.ts';
import type { ModelRuntime } from './ports/models.ts';
import type { OpenStore, Store } from './ports/store.ts';
import { openRowWriter, readRowRange, readRows } from './rows.ts';
import { openSieve, takenFrom } from './sieve.ts';
import { runStage } from './stage.ts';

/** Some seconds of a small encoder on one core. */
const samplesPerChunk = 256;
const textsAtOnce = 64;

export function createPoolJoining(openStore: OpenStore): Pick<StudyActivities, 'joinPool'> {
  return {
    async joinPool({ context, sources }) {
      const store = await openStore(context.store);
      const identity = { stage: 'join-pool', version: 1, inputs: sources, config: { task: context.task } };
      return runStage(store, identity, async () => {
        const task = taskNamed(context.task);
        const sieve = openSieve(store, 'join-pool');
        const first = new Map<string, string>();
        const taken: Record<string, number> = {};
        for (const source of sources) {
          const samples = await readRows(store, source);
          Object.assign(taken, takenFrom(samples));
          for (const sample of samples) {
            const text = normaliseText(task.duplicateText(sample));
            const earlier = first.get(text);
            if (earlier === undefined) await sieve.keep(sample);
            else {
              const refusal = { reason: 'repeated', detail: `the text of ${earlier}` };
              await sieve.reject(sample.id, sample.lineage.generator, refusal, sample);
            }
            first.set(text, earlier ?? sample.id);
          }
        }
        return { ...(await sieve.finish(taken)), summary: null };
      });
    },
  };
}

export async function embedRecipe(
  models: Pick<ModelRuntime, 'openEmbedder'>,
  { samples, encoder, context }: EmbedJob,
): Promise<ChunkRecipe> {
  const embedder = await models.openEmbedder(encoder);
  const { model: _, ...hashes } = embedder.identity;
  return {
    identity: { stage: 'embed', version: 1, inputs: [samples], config: { ...hashes, task: context.task } },
    rows: samples.rows,
    chunkRows: samplesPerChunk,
    output: 'embeddings',
    metadata: Object.fromEntries(Object.entries(hashes).map(([name, value]) => [name, String(value)])),
    async produce({ store, range, signal }) {
      const chunk = await readRowRange(store, samples, range.start, range.end);
      const writer = openRowWriter(store, 'embeddings');
      for (let start = 0; start < chunk.length; start += textsAtOnce) {
        const part = chunk.slice(start, start + textsAtOnce);
        const { values, dimension } = await embedder.embed(part.map(textOf), signal);
        for (const [place, { id }] of part.entries()) {
          await writer.add({ id, embedding: values.slice(place * dimension, (place + 1) * dimension) });
        }
        reportProgress({ done: start + part.length, total: chunk.length });
      }
      return { output: await writer.finish(), rejects: null, counts: {}, tokens: noTokens, ledger: null };
    },
  };
}

/** Row for row the same samples in every part. */
export interface KnownPool {
  readonly samples: readonly Sample[];
  readonly items: readonly PoolItem[];
  readonly sketches: Readonly<Record<GradientTarget, RowMatrix>>;
  /** Mean loss under the proxy, nats a token. */
  readonly losses: Readonly<Record<GradientTarget, Float64Array>>;
  readonly embeddings: RowMatrix;
  /** Those whose sketches differ: one of two equal ones is enough. */
  readonly targets: readonly GradientTarget[];
}

/** The samples that have sketches of both targets, in the pool's order. */
export async function readPool(store: Store, pool: StudyPool): Promise<KnownPool> {
  const samples = await readRows(store, pool.samples);
  const [completion, text] = [
    await sketchesById(store, pool.sketches.completion),
    await sketchesById(store, pool.sketches.text),
  ];
  const embeddings = matrixOf((await readRows(store, pool.embeddings)).map(({ embedding }) => embedding));
  const kept = samples.flatMap(({ id }, row) => (completion.has(id) && text.has(id) ? [row] : []));
  const known = kept.map((row) => itemAt(samples, row));
  const rowsOf = (sketches: typeof text) => known.flatMap(({ id }) => sketches.get(id) ?? []);
  return {
    samples: known,
    items: known.map((sample) => ({
      label: sample.answer,
      words: words(textOf(sample)).length,
      source: sample.lineage.generator,
      group: sample.group,
    })),
    sketches: {
      completion: matrixOf(rowsOf(completion).map(({ sketch }) => sketch)),
      text: matrixOf(rowsOf(text).map(({ sketch }) => sketch)),
    },
    losses: {
      completion: Float64Array.from(rowsOf(completion), ({ loss }) => loss),
      text: Float64Array.from(rowsOf(text), ({ loss }) => loss),
    },
    embeddings: gatherRows(embeddings, kept),
    targets:
      pool.sketches.completion.manifest === pool.sketches.text.manifest ? ['completion'] : ['completion', 'text'],
  };
}

/** What is embedded and counted of a sample. */
export function textOf({ prompt, completion }: Pick<Sample, 'prompt' | 'completion'>): string {
  return `${prompt}\n${completion}`;
}

async function sketchesById(store: Store, table: TableRef<'sketches'>) {
  return new Map((await readRows(store, table)).map((row) => [row.id, row]));
}

function matrixOf(rows: readonly Float32Array[]): RowMatrix {
  const dimension = rows[0]?.length ?? 1;
  const values = new Float32Array(rows.length * dimension);
  rows.forEach((row, place) => values.set(row, place * dimension));
  return { values, count: rows.length, dimension };
}
