// The three calls that fan-out makes for every chunked stage: plan, run one chunk, assemble. A kind of job brings a
// small recipe; resuming, reuse and the counting of rows and tokens are the same for all of them.

import type { ChunkActivities, ChunkedJob, ChunkedSummary, ChunkOutcome } from '../contracts/chunked-jobs.ts';
import type { StageCounts, StageResult, TableKind, TableRef } from '../contracts/artifacts.ts';
import type { Score } from '../contracts/scores.ts';
import type { TokenUse } from '../contracts/status.ts';
import { PermanentError } from '../contracts/failures.ts';
import { chunkCount, chunkRange, type RowRange } from '../core/plan/chunks.ts';
import { cancellationSignal } from './heartbeat.ts';
import { joinLedgers } from './ledger.ts';
import type { OpenStore, Store } from './ports/store.ts';
import { joinTables } from './rows.ts';
import { runStage, stageKey, type StageIdentity, type StageProduct } from './stage.ts';

/** What one chunk makes. */
export interface ChunkProduct {
  readonly output: TableRef<TableKind>;
  readonly rejects: TableRef<'rejects'> | null;
  readonly counts: Readonly<Record<string, StageCounts>>;
  readonly tokens: TokenUse;
  /** What language models were asked for it; null: nothing. */
  readonly ledger: TableRef<'ledger'> | null;
}

export interface ChunkWork {
  readonly store: Store;
  readonly range: RowRange;
  /** Names the chunk for scratch: the same for every attempt. */
  readonly chunkKey: string;
  readonly signal: AbortSignal;
}

/** A kind of job, prepared for one input. */
export interface ChunkRecipe {
  readonly identity: StageIdentity;
  readonly rows: number;
  readonly chunkRows: number;
  readonly output: TableKind;
  readonly metadata: Readonly<Record<string, string>>;
  produce(work: ChunkWork): Promise<ChunkProduct>;
  /** What the assembled table is worth, for jobs that grade. */
  score?(store: Store, output: TableRef<TableKind>): Promise<Score>;
}

export type PrepareJob<Job extends ChunkedJob> = (job: Job, store: Store) => Promise<ChunkRecipe>;

export type Recipes = { readonly [Kind in ChunkedJob['kind']]?: PrepareJob<Extract<ChunkedJob, { kind: Kind }>> };

interface ChunkPartSummary {
  readonly tokens: TokenUse;
  readonly ledger: TableRef<'ledger'> | null;
}

export function createChunkActivities(openStore: OpenStore, recipes: Recipes): ChunkActivities {
  const prepare = async (job: ChunkedJob) => {
    const store = await openStore(job.context.store);
    return { store, recipe: await recipeFor(recipes, job)(job, store) };
  };
  return {
    async planChunks(job) {
      const { store, recipe } = await prepare(job);
      const finished = (await store.readStage(stageKey(recipe.identity))) as StageResult<ChunkedSummary> | null;
      return {
        chunks: chunkCount(recipe.rows, recipe.chunkRows),
        rows: recipe.rows,
        finished: finished === null ? null : { ...finished, reused: true, seconds: 0 },
      };
    },

    async runChunk({ job, chunk }): Promise<ChunkOutcome> {
      const { store, recipe } = await prepare(job);
      const range = chunkRange(chunk, recipe.rows, recipe.chunkRows);
      const outcome = await runStage<ChunkPartSummary>(store, chunkIdentity(recipe, range), async (chunkKey) => {
        const made = await recipe.produce({ store, range, chunkKey, signal: cancellationSignal() });
        const { tokens, ledger, ...product } = made;
        return { ...product, summary: { tokens, ledger } };
      });
      return { rows: range.end - range.start, tokens: outcome.summary.tokens, reused: outcome.reused };
    },

    async assembleChunks(job) {
      const { store, recipe } = await prepare(job);
      return runStage<ChunkedSummary>(store, recipe.identity, () => assemble(store, recipe));
    },
  };
}

function recipeFor(recipes: Recipes, job: ChunkedJob): PrepareJob<ChunkedJob> {
  const recipe = recipes[job.kind] as PrepareJob<ChunkedJob> | undefined;
  if (recipe === undefined) {
    const known = Object.keys(recipes).join(', ');
    throw new PermanentError('InvalidConfig', `This worker cannot run a ${job.kind} job; it knows: ${known}.`);
  }
  return recipe;
}

/** Named by its rows: cut otherwise, a stage is made of other chunks. */
function chunkIdentity({ identity }: ChunkRecipe, { start, end }: RowRange): StageIdentity {
  return { ...identity, stage: `${identity.stage}-chunk`, config: { of: stageKey(identity), start, end } };
}

async function assemble(store: Store, recipe: ChunkRecipe): Promise<StageProduct<ChunkedSummary>> {
  const chunks = await finishedChunks(store, recipe);
  const tables = chunks.map(({ output }) => output as TableRef<TableKind>);
  const output = await joinTables(store, recipe.output, tables, recipe.metadata);
  const rejects = chunks.flatMap((chunk) => (chunk.rejects === null ? [] : [chunk.rejects as TableRef<'rejects'>]));
  const ledgers = chunks.flatMap(({ summary }) => summary.ledger ?? []);
  return {
    output,
    rejects: await joinTables(store, 'rejects', rejects, {}),
    counts: sumCounts(chunks.map(({ counts }) => counts)),
    summary: { ...(await joinLedgers(store, ledgers)), score: (await recipe.score?.(store, output)) ?? null },
  };
}

async function finishedChunks(store: Store, recipe: ChunkRecipe): Promise<StageResult<ChunkPartSummary>[]> {
  const finished: StageResult<ChunkPartSummary>[] = [];
  for (let chunk = 0; chunk < chunkCount(recipe.rows, recipe.chunkRows); chunk++) {
    const range = chunkRange(chunk, recipe.rows, recipe.chunkRows);
    const key = stageKey(chunkIdentity(recipe, range));
    const result = (await store.readStage(key)) as StageResult<ChunkPartSummary> | null;
    if (result === null) {
      throw new PermanentError(
        'MissingArtifact',
        `Stage ${recipe.identity.stage}: the chunk of rows ${range.start} to ${range.end} (stage key ${key}) is not in the ` +
          'store. Was the stage cut otherwise since it was planned, or the store emptied?',
      );
    }
    finished.push(result);
  }
  return finished;
}

function sumCounts(all: readonly Readonly<Record<string, StageCounts>>[]): Record<string, StageCounts> {
  const sum: Record<string, { in: number; kept: number; rejected: Record<string, number> }> = {};
  for (const [generator, counts] of all.flatMap((chunk) => Object.entries(chunk))) {
    const entry = (sum[generator] ??= { in: 0, kept: 0, rejected: {} });
    entry.in += counts.in;
    entry.kept += counts.kept;
    for (const [reason, count] of Object.entries(counts.rejected)) {
      entry.rejected[reason] = (entry.rejected[reason] ?? 0) + count;
    }
  }
  return sum;
}
