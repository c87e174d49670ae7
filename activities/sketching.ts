// Sketch jobs: the samples of a shard become unit rows of G, with row-level resume.

import type { SketchJob } from '../contracts/chunked-jobs.ts';
import type { Sample, SketchRow } from '../contracts/samples.ts';
import { itemAt } from '../core/item-at.ts';
import { noTokens } from '../core/plan/budget.ts';
import { taskNamed } from '../tasks/registry.ts';
import { countsOf, takenFrom } from './sieve.ts';
import type { ChunkProduct, ChunkRecipe, ChunkWork } from './chunks.ts';
import { reportProgress } from './heartbeat.ts';
import type { ModelRuntime, Sketcher, SketchedExample } from './ports/models.ts';
import type { Store } from './ports/store.ts';
import { readRowRange, writeRows } from './rows.ts';

export async function sketchRecipe(
  models: ModelRuntime,
  { samples, sketch, context }: SketchJob,
): Promise<ChunkRecipe> {
  const { p, seed, tokenBudget } = sketch;
  const sketcher = await models.openSketcher(sketch.proxy, { p, seed, tokenBudget });
  const { model: _, ...hashes } = sketcher.identity;
  // Where a target makes no other example, its sketches are those of the completion, and are taken once.
  const { gradientTargets } = taskNamed(context.task);
  const target = gradientTargets.find((name) => name === sketch.target) ?? gradientTargets[0];
  const proxy = { ...hashes, specification: sketcher.specification, target };
  return {
    identity: {
      stage: 'sketch',
      version: 1,
      inputs: [samples],
      config: { ...proxy, task: context.task, shardRows: sketch.shardRows },
    },
    rows: samples.rows,
    chunkRows: sketch.shardRows,
    output: 'sketches',
    metadata: proxy,
    produce: (work) => sketchShard(sketcher, { samples, sketch, context, kind: 'sketch' }, work, proxy),
  };
}

async function sketchShard(
  sketcher: Sketcher,
  { samples, sketch, context }: SketchJob,
  { store, range, chunkKey, signal }: ChunkWork,
  metadata: Readonly<Record<string, string>>,
): Promise<ChunkProduct> {
  const shard = await readRowRange(store, samples, range.start, range.end);
  const results = await resumeRows(store, chunkKey);
  const missing = shard.filter(({ id }) => !results.has(id));
  const task = taskNamed(context.task);
  const examples = missing.map((sample) => task.gradientExample(sample, sketch.target));
  reportProgress({ done: results.size, total: shard.length });
  for await (const group of sketcher.sketch(examples, signal)) {
    const rows = group.map(({ position, result }): ScratchRow => ({ id: itemAt(missing, position).id, ...result }));
    await store.writeScratch(chunkKey, itemAt(rows, 0).id.replace(/[^\w.-]+/g, '_'), encodeRows(rows));
    for (const row of rows) results.set(row.id, row);
    reportProgress({ done: results.size, total: shard.length });
  }
  const product = await writeShard(store, shard, results, metadata);
  await store.removeScratch(chunkKey);
  return product;
}

interface ScratchRow extends SketchedExample {
  readonly id: string;
}

async function writeShard(
  store: Store,
  shard: readonly Sample[],
  results: ReadonlyMap<string, ScratchRow>,
  metadata: Readonly<Record<string, string>>,
): Promise<ChunkProduct> {
  const rows: SketchRow[] = [];
  const kept: Sample[] = [];
  const rejects = [];
  for (const sample of shard) {
    const { sketch, excluded, loss, tokens } = results.get(sample.id) ?? unsketched(sample);
    if (sketch !== null) {
      rows.push({ id: sample.id, sketch, loss, tokens });
      kept.push(sample);
      continue;
    }
    const { generator } = sample.lineage;
    const detail = `loss ${loss} over ${tokens} tokens`;
    rejects.push({
      id: sample.id,
      generator,
      stage: 'sketch',
      reason: excluded ?? 'no-gradient',
      detail,
      item: JSON.stringify(sample),
    });
  }
  return {
    output: await writeRows(store, 'sketches', rows, metadata),
    rejects: await writeRows(store, 'rejects', rejects),
    counts: countsOf(takenFrom(shard), kept, rejects),
    tokens: noTokens,
    ledger: null,
  };
}

function unsketched({ id }: Sample): never {
  throw new Error(`The sketcher gave no result for ${id}; this is a defect.`);
}

async function resumeRows(store: Store, chunkKey: string): Promise<Map<string, ScratchRow>> {
  const rows = new Map<string, ScratchRow>();
  for (const { bytes } of await store.readScratch(chunkKey)) {
    for (const row of decodeRows(bytes)) rows.set(row.id, row);
  }
  return rows;
}

function encodeRows(rows: readonly ScratchRow[]): Uint8Array {
  const lines = rows.map(({ sketch, ...row }) => ({
    ...row,
    sketch:
      sketch === null ? null : Buffer.from(sketch.buffer, sketch.byteOffset, sketch.byteLength).toString('base64'),
  }));
  return new TextEncoder().encode(JSON.stringify(lines));
}

function decodeRows(bytes: Uint8Array): ScratchRow[] {
  const lines = JSON.parse(new TextDecoder().decode(bytes)) as (Omit<ScratchRow, 'sketch'> & {
    sketch: string | null;
  })[];
  return lines.map(({ sketch, ...row }) => ({ ...row, sketch: sketch === null ? null : floatsOf(sketch) }));
}

function floatsOf(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Float32Array(bytes.buffer);
}
