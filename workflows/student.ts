// The student: scored before training, trained on the grown pool, scored again.

import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { CampaignConfig } from '../contracts/campaign.ts';
import type { BenchmarkScore } from '../contracts/status.ts';
import { score, scoreOf, type Benchmark, type Benchmarks } from './benchmarks.ts';
import type { Desk } from './desk.ts';
import { data, students } from './proxies.ts';
import type { Pool } from './round.ts';

export async function scoreUntrained(desk: Desk, config: CampaignConfig, benchmarks: Benchmarks): Promise<Benchmarks> {
  if (config.student?.kind !== 'embedded') return benchmarks;
  const { model } = config.student;
  const scored: Benchmark[] = [];
  for (const benchmark of benchmarks) {
    scored.push({ ...benchmark, untrained: await score(desk, benchmark, model, null) });
    desk.note({ scores: scored.map((one) => scoreOf(one, null, null)) });
  }
  return scored;
}

/** Trains on the grown pool, scores again, compares row by row; a campaign without a student ends with its pool. */
export async function finishStudent(
  desk: Desk,
  config: CampaignConfig,
  { pool, benchmarks }: { readonly pool: Pool; readonly benchmarks: Benchmarks },
): Promise<void> {
  const { context } = desk;
  const { student } = config;
  if (student === undefined) return;
  const trained = await desk.train({ context, pool: pool.samples, trainer: student });
  const checkpoint = trained.output;
  desk.note({ checkpoint });
  await data.publish({ context, refs: { checkpoint } });
  if (student.kind === 'embedded') await gradeStudent(desk, { benchmarks, model: student.model, checkpoint });
  const { round, lastRecord: previous } = desk.progress();
  const stages = desk.takeMarks();
  const record = { context, round: round + 1, stages, diversity: null, clusters: null, previous };
  desk.note({ lastRecord: await data.recordRound(record) });
}

interface Grading {
  readonly benchmarks: Benchmarks;
  readonly model: string;
  readonly checkpoint: ArtifactRef;
}

async function gradeStudent(desk: Desk, { benchmarks, model, checkpoint }: Grading): Promise<void> {
  const { context } = desk;
  const scores: BenchmarkScore[] = benchmarks.map((benchmark) => scoreOf(benchmark, null, null));
  for (const [index, benchmark] of benchmarks.entries()) {
    const after = await score(desk, benchmark, model, checkpoint);
    const { untrained } = benchmark;
    const difference =
      untrained === null
        ? null
        : await students.compareScores({ context, before: untrained.predictions, after: after.predictions });
    scores[index] = scoreOf(benchmark, after.accuracy, difference);
    desk.note({ scores });
  }
}
