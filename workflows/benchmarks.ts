// Benchmarks in and out of distribution: imported once, answered by a student before and after training.

import type { EvaluateJob } from '../contracts/chunked-jobs.ts';
import type { TableRef } from '../contracts/artifacts.ts';
import type { AnsweringConfig, CampaignConfig, PriceTable } from '../contracts/campaign.ts';
import type { Student } from '../contracts/evaluation.ts';
import type { Score } from '../contracts/scores.ts';
import type { BenchmarkScore } from '../contracts/status.ts';
import type { Desk } from './desk.ts';
import { data } from './proxies.ts';
import { table } from './tables.ts';

/** A student's graded answers, and what they are worth. */
export interface Graded {
  readonly predictions: TableRef<'predictions'>;
  readonly score: Score;
}

export interface Benchmark {
  readonly name: string;
  readonly distribution: 'in' | 'out';
  readonly samples: TableRef<'samples'>;
  readonly answering: AnsweringConfig;
  /** How the untrained student did; null where it was not asked. */
  readonly untrained: Graded | null;
}

export type Benchmarks = readonly Benchmark[];

export function benchmarkTables(benchmarks: Benchmarks): Record<string, TableRef<'samples'>> {
  return Object.fromEntries(benchmarks.map(({ name, samples }) => [name, samples]));
}

/** A row that cannot be read would make the benchmark another one, so it fails the import. */
export async function importBenchmarks(desk: Desk, { benchmarks }: CampaignConfig): Promise<Benchmarks> {
  const { context } = desk;
  const imported: Benchmark[] = [];
  for (const { name, distribution, sources, answering } of benchmarks) {
    const outcome = await desk.stage(`import-${name}`, 0, () =>
      data.importSamples.executeWithOptions({ summary: name }, [{ context, name, sources, unreadable: 'fail' }]),
    );
    imported.push({ name, distribution, samples: table('samples', outcome), answering, untrained: null });
  }
  return imported;
}

export async function grade(
  desk: Desk,
  { name, samples, answering }: Benchmark,
  { student, phase, prices }: { readonly student: Student; readonly phase: string; readonly prices: PriceTable | null },
): Promise<Graded> {
  const { context } = desk;
  const job: EvaluateJob = { kind: 'evaluate', context, benchmark: name, samples, student, answering, prices };
  const outcome = await desk.chunked(`evaluate-${phase}-${name}`, samples.rows, job);
  return { predictions: table('predictions', outcome), score: gradedScore(outcome.summary.score) };
}

export function scoreOf({ name, distribution, samples, untrained }: Benchmark, after: Score | null): BenchmarkScore {
  const before = untrained?.score ?? null;
  return { benchmark: name, distribution, n: samples.rows, before, after, differences: null };
}

/** Every evaluation has a score; one that has none is of another version. */
export function gradedScore(score: Score | null): Score {
  if (score === null) throw new Error('An evaluation came back without a score; this is a defect.');
  return score;
}
