// The correctness gates in the order that samples pass them: what costs nothing first, what asks language models last.

import type { CompareJob, JudgeJob, PairJob } from '../contracts/chunked-jobs.ts';
import type { ArtifactRef, StageOutcome, TableRef } from '../contracts/artifacts.ts';
import type { CampaignConfig } from '../contracts/campaign.ts';
import { solvedGenerators } from '../core/plan/solved-generators.ts';
import { benchmarkTables, type Benchmarks } from './benchmarks.ts';
import type { Desk } from './desk.ts';
import { data } from './proxies.ts';
import { table } from './tables.ts';

export interface Passage {
  readonly samples: TableRef<'samples'>;
  /** Every gate with its counts, in order. */
  readonly gates: readonly StageOutcome<unknown>[];
}

interface CleaningInput {
  readonly candidates: TableRef<'samples'>;
  /** Null for the seeds, which have no pool before them. */
  readonly pool: TableRef<'samples'> | null;
  readonly benchmarks: Benchmarks;
}

/** Drops what has not the wanted length or language, repeats, and what a benchmark holds. */
export async function clean(
  desk: Desk,
  config: CampaignConfig,
  { candidates: all, pool, benchmarks }: CleaningInput,
): Promise<Passage> {
  const { context } = desk;
  const { nearDuplicates, prompt, completion, language } = config.filters;
  const { semantic: _, ...rule } = config.decontamination;
  const gates: StageOutcome<unknown>[] = [];
  let samples = all;
  const pass = async (name: string, run: (candidates: TableRef<'samples'>) => Promise<StageOutcome<unknown>>) => {
    const outcome = await desk.stage(name, samples.rows, () => run(samples));
    gates.push(outcome);
    samples = table('samples', outcome);
  };

  const filters = { prompt, completion, language };
  await pass('filter', (candidates) => data.filterCandidates({ context, candidates, filters }));
  await pass('deduplicate', (candidates) => data.deduplicate({ context, candidates, pool }));
  // Seeds that resemble each other are their owner's choice; what is generated shall add to them.
  if (nearDuplicates !== null && pool !== null) {
    await pass('near-duplicates', (candidates) =>
      data.removeNearDuplicates({ context, candidates, pool, rule: nearDuplicates }),
    );
  }
  const tables = benchmarkTables(benchmarks);
  await pass('decontaminate', (candidates) =>
    data.decontaminate({ context, samples: candidates, benchmarks: tables, common: pool ?? candidates, rule }),
  );
  const paraphrases = await findParaphrases(desk, config, samples, benchmarks);
  if (paraphrases !== null) {
    await pass('paraphrases', (candidates) => data.rejectParaphrases({ context, samples: candidates, ...paraphrases }));
  }
  return { samples, gates };
}

/** Samples near a benchmark row, and what a judge says of each; null where the campaign does not ask for it. */
async function findParaphrases(
  desk: Desk,
  { decontamination, prices }: CampaignConfig,
  samples: TableRef<'samples'>,
  benchmarks: Benchmarks,
): Promise<{ readonly pairs: TableRef<'pairs'>; readonly verdicts: TableRef<'attempts'> } | null> {
  const { semantic } = decontamination;
  if (semantic === null || benchmarks.length === 0) return null;
  const { context } = desk;
  const { encoder, similarity, ...judge } = semantic;
  const pairing: PairJob = {
    kind: 'pair',
    context,
    samples,
    benchmarks: benchmarkTables(benchmarks),
    encoder,
    similarity,
  };
  const pairs = table('pairs', await desk.chunked('pair', samples.rows, pairing));
  const comparing: CompareJob = { kind: 'compare', context, pairs, judge, prices };
  return { pairs, verdicts: table('attempts', await desk.chunked('compare', pairs.rows, comparing)) };
}

/** Keeps the candidates on which enough independent attempts agree, and which agree with themselves. */
export async function verify(
  desk: Desk,
  { generators, filters, prices }: CampaignConfig,
  candidates: TableRef<'samples'>,
): Promise<StageOutcome> {
  const { context } = desk;
  const solved = solvedGenerators(generators);
  const attempts: TableRef<'attempts'>[] = [];
  for (const generator of solved.filter(({ solver }) => solver.attempts > 0)) {
    const job = { kind: 'attempt', context, candidates, generator, prices } as const;
    attempts.push(table('attempts', await desk.chunked(`attempt-${generator.name}`, candidates.rows, job)));
  }
  const agreement = Object.fromEntries(solved.map(({ name, solver }) => [name, solver.agreement]));
  const { completion } = filters;
  return desk.stage('verify', candidates.rows, () =>
    data.verifyCandidates({ context, candidates, attempts, agreement, completion }),
  );
}

export interface Scored {
  readonly samples: TableRef<'samples'>;
  readonly rejects: ArtifactRef | null;
}

/** Keeps the candidates that a judge scores high enough; all of them where the campaign has no judge. */
export async function score(
  desk: Desk,
  { filters: { judge }, prices }: CampaignConfig,
  candidates: TableRef<'samples'>,
): Promise<Scored> {
  if (judge === null) return { samples: candidates, rejects: null };
  const { context } = desk;
  const job: JudgeJob = { kind: 'judge', context, candidates, judge, prices };
  const scores = table('attempts', await desk.chunked('judge', candidates.rows, job));
  const { least } = judge;
  const scored = await desk.stage('scores', candidates.rows, () =>
    data.rejectLowScores({ context, candidates, scores, least }),
  );
  return { samples: table('samples', scored), rejects: scored.rejects };
}
