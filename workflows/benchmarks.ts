// Benchmarks in and out of distribution: imported once, answered by a student before and after training.

import type { EvaluateJob } from '../contracts/chunked-jobs.ts';
import type { ArtifactRef, TableRef } from '../contracts/artifacts.ts';
import type { CampaignConfig } from '../contracts/campaign.ts';
import type { Accuracy, BenchmarkScore } from '../contracts/status.ts';
import type { Desk } from './desk.ts';
import { data } from './proxies.ts';

export interface Benchmark {
  readonly name: string;
  readonly distribution: 'in' | 'out';
  readonly samples: TableRef<'samples'>;
  /** How the untrained student did; null where the campaign has none. */
  readonly untrained: { readonly predictions: TableRef<'predictions'>; readonly accuracy: Accuracy } | null;
}

export type Benchmarks = readonly Benchmark[];

export function benchmarkTables(benchmarks: Benchmarks): Record<string, TableRef<'samples'>> {
  return Object.fromEntries(benchmarks.map(({ name, samples }) => [name, samples]));
}

export async function importBenchmarks(desk: Desk, { benchmarks }: CampaignConfig): Promise<Benchmarks> {
  const { context } = desk;
  const imported: Benchmark[] = [];
  for (const { name, distribution, sources } of benchmarks) {
    const { output } = await desk.stage(`import-${name}`, 0, () =>
      data.importSamples.executeWithOptions({ summary: name }, [{ context, name, sources }]),
    );
    imported.push({ name, distribution, samples: { ...output, kind: 'samples' }, untrained: null });
  }
  return imported;
}

export async function score(
  desk: Desk,
  { name, samples }: Benchmark,
  model: string,
  checkpoint: ArtifactRef | null,
): Promise<NonNullable<Benchmark['untrained']>> {
  const job: EvaluateJob = { kind: 'evaluate', context: desk.context, benchmark: name, samples, model, checkpoint };
  const phase = checkpoint === null ? 'before' : 'after';
  const { output, summary } = await desk.chunked(`evaluate-${phase}-${name}`, samples.rows, job);
  const accuracy = summary.accuracy ?? { correct: 0, n: 0, accuracy: 0, interval: [0, 1] };
  return { predictions: { ...output, kind: 'predictions' }, accuracy };
}

export function scoreOf(
  { name, distribution, samples, untrained }: Benchmark,
  after: Accuracy | null,
  difference: readonly [number, number] | null,
): BenchmarkScore {
  const before = untrained?.accuracy ?? { correct: 0, n: 0, accuracy: 0, interval: [0, 1] };
  return { benchmark: name, distribution, n: samples.rows, before, after, difference };
}
