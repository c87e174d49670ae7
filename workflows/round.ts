// The pool: how it starts from seeds, and one round that grows it. Correctness gates come before the gradient gate,
// because sparse regions also collect wrong answers.

import { ApplicationFailure } from '@temporalio/workflow';
import type { Audit } from '../contracts/activities.ts';
import type { GenerateJob, SketchJob } from '../contracts/chunked-jobs.ts';
import type { ArtifactRef, StageOutcome, TableRef } from '../contracts/artifacts.ts';
import type { CampaignConfig } from '../contracts/campaign.ts';
import { FailureType } from '../contracts/failures.ts';
import type { Diversity, TokenUse } from '../contracts/status.ts';
import { addTokens } from '../core/plan/budget.ts';
import { lostSeedsMessage } from '../core/plan/lost-seeds.ts';
import type { Benchmarks } from './benchmarks.ts';
import { now } from './clock.ts';
import type { Desk } from './desk.ts';
import { clean, score, verify } from './gates.ts';
import { data, diversity } from './proxies.ts';
import { table } from './tables.ts';

/** The growing training set, its sketches (row for row of those that have a gradient), and how diverse it is. */
export interface Pool {
  readonly samples: TableRef<'samples'>;
  readonly sketches: TableRef<'sketches'>;
  readonly diversity: Diversity;
}

/** A pool that no round will grow: its gradients are not asked for. */
export type FixedPool = Pick<Pool, 'samples'>;

/** Imports and cleans the seeds; sketches and measures them where rounds follow. */
export async function startPool(desk: Desk, config: CampaignConfig, benchmarks: Benchmarks): Promise<Pool | FixedPool> {
  const { context } = desk;
  const imported = await desk.stage('import', 0, () =>
    data.importSamples.executeWithOptions({ summary: 'seeds' }, [{ context, name: 'seeds', sources: config.seeds }]),
  );
  const { samples, gates } = await clean(desk, config, {
    candidates: table('samples', imported),
    pool: null,
    benchmarks,
  });
  requireSeeds(samples, gates);
  const pool = config.rounds === 0 ? { samples } : await measure(desk, config, samples, gates);
  const stages = desk.takeMarks();
  const record = { context, round: 0, stages, diversity: null, clusters: null, config, previous: null };
  desk.note({ pool: samples, lastRecord: await data.recordRound(record) });
  return pool;
}

async function measure(
  desk: Desk,
  config: CampaignConfig,
  samples: TableRef<'samples'>,
  gates: readonly StageOutcome<unknown>[],
): Promise<Pool> {
  const { context } = desk;
  const sketched = await sketch(desk, config, samples);
  const sketches = table('sketches', sketched);
  requireSeeds(sketches, [...gates, sketched]);
  const measured = await desk.stage('measure', sketches.rows, () => diversity.measureDiversity({ context, sketches }));
  desk.note({ seedDiversity: measured.summary });
  return { samples, sketches, diversity: measured.summary };
}

interface RoundStart {
  readonly pool: Pool;
  readonly benchmarks: Benchmarks;
  readonly clusters: ArtifactRef;
}

/** Cluster, generate, parse, clean, verify, score, sketch, select, merge. A round that loses all its candidates adds none. */
export async function turnRound(
  desk: Desk,
  config: CampaignConfig,
  { pool, benchmarks }: { readonly pool: Pool; readonly benchmarks: Benchmarks },
): Promise<Pool> {
  const { context } = desk;
  const started = now();
  const before = desk.progress();
  const round = before.round + 1;
  desk.note({ round });

  const clustered = await desk.stage('cluster', pool.sketches.rows, () =>
    diversity.clusterPool({ context, sketches: pool.sketches, clusterShare: config.selection.clusterShare }),
  );
  const { candidates, refused } = await makeCandidates(desk, config, { pool, benchmarks, clusters: clustered.output });
  const candidateSketches = table('sketches', await sketch(desk, config, candidates));
  const audit = await sketchRefused(desk, config, refused);
  const selected = await desk.stage('select', candidates.rows, () =>
    diversity.selectCandidates({
      context,
      round,
      candidates,
      candidateSketches,
      poolSketches: pool.sketches,
      clusters: clustered.output,
      selection: config.selection,
      audit,
    }),
  );
  const { acceptedSketches, ...measured } = selected.summary;
  const accepted = table('samples', selected);
  const merged = await desk.stage('merge', accepted.rows, () =>
    data.mergePool({ context, round, pool: pool.samples, poolSketches: pool.sketches, accepted, acceptedSketches }),
  );

  const after = desk.progress();
  const lastRecord = await data.recordRound({
    context,
    round,
    stages: desk.takeMarks(),
    diversity: {
      pool: pool.diversity,
      ...measured,
      tokens: addTokens(after.tokens, negated(before.tokens)),
      seconds: (now() - started) / 1000,
    },
    clusters: clustered.output,
    previous: before.lastRecord,
  });
  desk.note({ lastRecord, pool: merged.output });
  return { samples: table('samples', merged), sketches: merged.summary.sketches, diversity: measured.poolAfter };
}

interface Candidates {
  readonly candidates: TableRef<'samples'>;
  /** Rejects of verification and judge. */
  readonly refused: readonly ArtifactRef[];
}

/** What the generators gave and the correctness gates left. */
async function makeCandidates(desk: Desk, config: CampaignConfig, start: RoundStart): Promise<Candidates> {
  const { context } = desk;
  const { round } = desk.progress();
  const { pool, benchmarks } = start;
  const drafts = await generate(desk, config, start);
  const draftRows = drafts.reduce((sum, { rows }) => sum + rows, 0);
  const parsed = await desk.stage('parse', draftRows, () => data.parseDrafts({ context, round, drafts }));
  const found = table('samples', parsed);
  const { samples } = await clean(desk, config, { candidates: found, pool: pool.samples, benchmarks });
  const verified = await verify(desk, config, samples);
  const scored = await score(desk, config, table('samples', verified));
  return { candidates: scored.samples, refused: [verified.rejects, scored.rejects].filter((table) => table !== null) };
}

async function generate(
  desk: Desk,
  { generators, prices }: CampaignConfig,
  { pool, clusters }: RoundStart,
): Promise<TableRef<'drafts'>[]> {
  const { context } = desk;
  const { round } = desk.progress();
  const { samples, sketches: poolSketches } = pool;
  const drafts: TableRef<'drafts'>[] = [];
  for (const generator of generators) {
    const rows = generator.kind === 'llm' ? generator.requests : generator.count;
    const job: GenerateJob = {
      kind: 'generate',
      context,
      round,
      pool: samples,
      poolSketches,
      clusters,
      generator,
      prices,
    };
    drafts.push(table('drafts', await desk.chunked(`generate-${generator.name}`, rows, job)));
  }
  return drafts;
}

async function sketch(
  desk: Desk,
  config: CampaignConfig,
  samples: TableRef<'samples'>,
): Promise<StageOutcome<unknown>> {
  const job: SketchJob = { kind: 'sketch', context: desk.context, samples, sketch: config.sketch };
  return desk.chunked('sketch', samples.rows, job);
}

/** Sketches a random part of what verification and judge refused: the other half of the question whether steering pays. */
async function sketchRefused(desk: Desk, config: CampaignConfig, rejects: readonly ArtifactRef[]): Promise<Audit> {
  const { context } = desk;
  const { round } = desk.progress();
  const count = config.selection.audit;
  const rows = rejects.reduce((sum, table) => sum + table.rows, 0);
  const drawn = await desk.stage('audit', rows, () => data.drawAudit({ context, round, rejects, count }));
  const samples = table('samples', drawn);
  if (samples.rows === 0) return { ...drawn.summary, sketches: null };
  const job: SketchJob = { kind: 'sketch', context, samples, sketch: config.sketch };
  const sketched = await desk.chunked('sketch-audit', samples.rows, job);
  return { ...drawn.summary, sketches: table('sketches', sketched) };
}

/** A campaign cannot start from nothing, and no retry would find more. */
function requireSeeds(left: ArtifactRef, gates: readonly StageOutcome<unknown>[]): void {
  if (left.rows > 0) return;
  throw ApplicationFailure.nonRetryable(lostSeedsMessage(gates), FailureType.InvalidData);
}

function negated({ requests, promptTokens, cachedTokens, completionTokens, cost }: TokenUse): TokenUse {
  return {
    requests: -requests,
    promptTokens: -promptTokens,
    cachedTokens: -cachedTokens,
    completionTokens: -completionTokens,
    cost: cost === null ? null : -cost,
  };
}
