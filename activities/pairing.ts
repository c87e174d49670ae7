// Pair jobs: for every sample the benchmark row whose embedding is nearest, kept where it is near enough to be judged.

import type { PairJob } from '../contracts/chunked-jobs.ts';
import type { Pair, Sample } from '../contracts/samples.ts';
import { rowsInMemory } from '../core/diversity/row-source.ts';
import { itemAt } from '../core/item-at.ts';
import type { MatrixEngine } from '../core/matrix/engine.ts';
import { noTokens } from '../core/plan/budget.ts';
import type { BenchmarkRow } from '../core/text/decontamination-index.ts';
import { taskNamed } from '../tasks/registry.ts';
import { benchmarkRows } from './benchmark-rows.ts';
import type { ChunkRecipe, PrepareJob } from './chunks.ts';
import { reportProgress } from './heartbeat.ts';
import type { Embedder, ModelRuntime } from './ports/models.ts';
import type { Store } from './ports/store.ts';
import { readRowRange, writeRows } from './rows.ts';

export interface PairingPorts {
  readonly models: Pick<ModelRuntime, 'openEmbedder'>;
  readonly engine: MatrixEngine;
}

/** Some ten seconds of a small encoder on one core. */
const samplesPerChunk = 1024;
/** Texts embedded between two reports of progress. */
const textsAtOnce = 256;

/** Every chunk of a stage needs the same benchmarks embedded, so the last ones are kept as long as the process lives. */
export function openPairing({ models, engine }: PairingPorts): PrepareJob<PairJob> {
  let kept: { readonly key: string; readonly embedded: Promise<EmbeddedBenchmarks> } | null = null;
  const embeddedOnce = (key: string, embed: () => Promise<EmbeddedBenchmarks>): Promise<EmbeddedBenchmarks> => {
    if (kept?.key === key) return kept.embedded;
    const entry = { key, embedded: embed() };
    kept = entry;
    // What failed or was cancelled is tried again by the next chunk.
    entry.embedded.catch(() => (kept = kept === entry ? null : kept));
    return entry.embedded;
  };
  return async (job, store): Promise<ChunkRecipe> => {
    const { samples, benchmarks, encoder, similarity, context } = job;
    const embedder = await models.openEmbedder(encoder);
    const { model: _, ...hashes } = embedder.identity;
    const names = Object.keys(benchmarks).sort();
    const tables = names.flatMap((name) => benchmarks[name] ?? []);
    const known = { ...hashes, names, task: context.task };
    const key = JSON.stringify([known, tables.map(({ manifest }) => manifest)]);
    return {
      identity: { stage: 'pair', version: 1, inputs: [samples, ...tables], config: { ...known, similarity } },
      rows: tables.some(({ rows }) => rows > 0) ? samples.rows : 0,
      chunkRows: samplesPerChunk,
      output: 'pairs',
      metadata: hashesAsText(hashes),
      async produce({ range, signal }) {
        const embedded = await embeddedOnce(key, () => embedBenchmarks(store, job, embedder, signal));
        const chunk = await readRowRange(store, samples, range.start, range.end);
        const pairs = await nearestPairs(chunk, embedded, job, { embedder, engine }, signal);
        return {
          output: await writeRows(store, 'pairs', pairs),
          rejects: null,
          counts: {},
          tokens: noTokens,
          ledger: null,
        };
      },
    };
  };
}

interface EmbeddedBenchmarks {
  readonly rows: readonly BenchmarkRow[];
  /** `[rows, dimension]` row-major. */
  readonly values: Float32Array;
}

async function embedBenchmarks(
  store: Store,
  { benchmarks, context }: PairJob,
  embedder: Embedder,
  signal: AbortSignal,
): Promise<EmbeddedBenchmarks> {
  const rows = await benchmarkRows(store, taskNamed(context.task), benchmarks);
  const values = await embedAll(
    embedder,
    rows.map(({ text }) => text),
    signal,
  );
  return { rows, values };
}

async function nearestPairs(
  samples: readonly Sample[],
  benchmarks: EmbeddedBenchmarks,
  { context, similarity: least }: PairJob,
  { embedder, engine }: { readonly embedder: Embedder; readonly engine: MatrixEngine },
  signal: AbortSignal,
): Promise<Pair[]> {
  const task = taskNamed(context.task);
  const texts = samples.map((sample) => task.decontaminationText(sample));
  const values = await embedAll(embedder, texts, signal);
  const source = rowsInMemory({ values, count: samples.length, dimension: embedder.dimension });
  const pairs: Pair[] = [];
  for await (const { start, clusters, similarities } of engine.nearest(source, benchmarks.values)) {
    for (const [place, nearest] of clusters.entries()) {
      const similarity = similarities[place] ?? 0;
      if (similarity < least) continue;
      const { benchmark, rowId, text: benchmarkText } = itemAt(benchmarks.rows, nearest);
      const { id } = itemAt(samples, start + place);
      pairs.push({ id, benchmark, rowId, similarity, text: itemAt(texts, start + place), benchmarkText });
    }
  }
  return pairs;
}

async function embedAll(embedder: Embedder, texts: readonly string[], signal: AbortSignal): Promise<Float32Array> {
  const values = new Float32Array(texts.length * embedder.dimension);
  for (let start = 0; start < texts.length; start += textsAtOnce) {
    const rows = await embedder.embed(texts.slice(start, start + textsAtOnce), signal);
    values.set(rows.values, start * embedder.dimension);
    reportProgress({ done: start + rows.count, total: texts.length });
  }
  return values;
}

function hashesAsText({ weights, tokenizer, maximumLength }: Omit<Embedder['identity'], 'model'>) {
  return { weights, tokenizer, maximumLength: String(maximumLength) };
}
