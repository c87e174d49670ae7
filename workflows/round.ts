// The pool: how it starts from seeds, and one round that grows it. Correctness gates come before the gradient gate,
// because sparse regions also collect wrong answers.

import type { SketchJob } from '../contracts/activities.ts';
import type { TableKind, TableRef, StageOutcome } from '../contracts/artifacts.ts';
import type { CampaignConfig, GeneratorConfig, LanguageModelGeneratorConfig } from '../contracts/campaign.ts';
import type { Diversity } from '../contracts/status.ts';
import { addTokens, noTokens } from '../core/plan/budget.ts';
import { benchmarkTables, type Benchmarks } from './benchmarks.ts';
import { now } from './clock.ts';
import type { Desk } from './desk.ts';
import { data, diversity } from './proxies.ts';

/** The growing training set, its sketches (row for row of those that have a gradient), and how diverse it is. */
export interface Pool {
  readonly samples: TableRef<'samples'>;
  readonly sketches: TableRef<'sketches'>;
  readonly diversity: Diversity;
}

/** Imports, cleans, sketches and measures the seeds. */
export async function startPool(desk: Desk, config: CampaignConfig, benchmarks: Benchmarks): Promise<Pool> {
  const { context } = desk;
  const imported = await desk.stage('import', 0, () =>
    data.importSamples.executeWithOptions({ summary: 'seeds' }, [{ context, name: 'seeds', sources: config.seeds }]),
  );
  const samples = await clean(desk, config, { candidates: table('samples', imported), pool: null, benchmarks });
  const sketches = await sketch(desk, config, samples);
  const measured = await desk.stage('measure', sketches.rows, () => diversity.measureDiversity({ context, sketches }));
  const lastRecord = await data.recordRound({
    context,
    round: 0,
    stages: desk.takeMarks(),
    diversity: null,
    clusters: null,
    previous: null,
  });
  desk.note({ seedDiversity: measured.summary, pool: samples, lastRecord });
  return { samples, sketches, diversity: measured.summary };
}

/** Cluster, generate, parse, clean, verify, sketch, select, merge. */
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
  const candidates = await makeCandidates(desk, config, { pool, benchmarks });
  const candidateSketches = await sketch(desk, config, candidates);
  const selected = await desk.stage('select', candidates.rows, () =>
    diversity.selectCandidates({
      context,
      round,
      candidates,
      candidateSketches,
      poolSketches: pool.sketches,
      clusters: clustered.output,
      selection: config.selection,
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

/** What the generators gave and the correctness gates left. */
async function makeCandidates(
  desk: Desk,
  config: CampaignConfig,
  { pool, benchmarks }: { readonly pool: Pool; readonly benchmarks: Benchmarks },
): Promise<TableRef<'samples'>> {
  const { context } = desk;
  const { round } = desk.progress();
  const drafts = await generate(desk, config.generators, pool);
  const draftRows = drafts.reduce((sum, { rows }) => sum + rows, 0);
  const parsed = await desk.stage('parse', draftRows, () => data.parseDrafts({ context, round, drafts }));
  const fresh = await clean(desk, config, { candidates: table('samples', parsed), pool: pool.samples, benchmarks });
  return verify(desk, config, fresh);
}

async function generate(desk: Desk, generators: readonly GeneratorConfig[], pool: Pool): Promise<TableRef<'drafts'>[]> {
  const { context } = desk;
  const { round } = desk.progress();
  const drafts: TableRef<'drafts'>[] = [];
  for (const generator of generators) {
    const rows = generator.kind === 'llm' ? generator.requests : generator.count;
    const job = { kind: 'generate', context, round, pool: pool.samples, generator } as const;
    drafts.push(table('drafts', await desk.chunked(`generate-${generator.name}`, rows, job)));
  }
  return drafts;
}

/** Drops repeats, of the pool and among the candidates, and what a benchmark holds. */
async function clean(
  desk: Desk,
  config: CampaignConfig,
  {
    candidates,
    pool,
    benchmarks,
  }: {
    readonly candidates: TableRef<'samples'>;
    readonly pool: TableRef<'samples'> | null;
    readonly benchmarks: Benchmarks;
  },
): Promise<TableRef<'samples'>> {
  const { context } = desk;
  const fresh = await desk.stage('deduplicate', candidates.rows, () => data.deduplicate({ context, candidates, pool }));
  const samples = table('samples', fresh);
  const uncontaminated = await desk.stage('decontaminate', samples.rows, () =>
    data.decontaminate({
      context,
      samples,
      benchmarks: benchmarkTables(benchmarks),
      common: pool ?? samples,
      rule: config.decontamination,
    }),
  );
  return table('samples', uncontaminated);
}

async function verify(
  desk: Desk,
  config: CampaignConfig,
  candidates: TableRef<'samples'>,
): Promise<TableRef<'samples'>> {
  const { context } = desk;
  const models = config.generators.filter((one): one is LanguageModelGeneratorConfig => one.kind === 'llm');
  const attempts: TableRef<'attempts'>[] = [];
  for (const generator of models) {
    const job = { kind: 'attempt', context, candidates, generator } as const;
    attempts.push(table('attempts', await desk.chunked(`attempt-${generator.name}`, candidates.rows, job)));
  }
  const agreement = Object.fromEntries(models.map(({ name, agreement: needed }) => [name, needed]));
  const verified = await desk.stage('verify', candidates.rows, () =>
    data.verifyCandidates({ context, candidates, attempts, agreement }),
  );
  return table('samples', verified);
}

async function sketch(desk: Desk, config: CampaignConfig, samples: TableRef<'samples'>): Promise<TableRef<'sketches'>> {
  const job: SketchJob = { kind: 'sketch', context: desk.context, samples, sketch: config.sketch };
  return table('sketches', await desk.chunked('sketch', samples.rows, job));
}

function table<Kind extends TableKind>(kind: Kind, { output }: StageOutcome<unknown>): TableRef<Kind> {
  return { ...output, kind };
}

function negated(tokens: typeof noTokens): typeof noTokens {
  return addTokens(noTokens, {
    requests: -tokens.requests,
    promptTokens: -tokens.promptTokens,
    completionTokens: -tokens.completionTokens,
  });
}
