// The student: scored before training, trained on the grown pool, scored again.

import type { ArtifactRef } from '../contracts/artifacts.ts';
import type { CampaignConfig } from '../contracts/campaign.ts';
import type { EmbeddedStudent } from '../contracts/evaluation.ts';
import { grade, scoreOf, type Benchmark, type Benchmarks, type Graded } from './benchmarks.ts';
import type { Desk } from './desk.ts';
import { data, students } from './proxies.ts';
import type { FixedPool } from './round.ts';

export async function scoreUntrained(desk: Desk, config: CampaignConfig, benchmarks: Benchmarks): Promise<Benchmarks> {
  if (config.student?.kind !== 'embedded' || benchmarks.length === 0) return benchmarks;
  return gradeUntrained(desk, config, { benchmarks, model: config.student.model });
}

/** Trains on the grown pool, scores again, compares row by row; a campaign without a student ends with its pool. */
export async function finishStudent(
  desk: Desk,
  config: CampaignConfig,
  { pool, benchmarks }: { readonly pool: FixedPool; readonly benchmarks: Benchmarks },
): Promise<void> {
  const { context } = desk;
  const { student } = config;
  if (student === undefined) return;
  const trained = await desk.train({ context, pool: pool.samples, trainer: student });
  const checkpoint = trained.output;
  desk.note({ checkpoint });
  await data.publish({ context, refs: { checkpoint } });
  const { model } = student;
  if (student.kind === 'embedded') await gradeTrained(desk, config, { benchmarks, model, checkpoint });
  else await gradeIfPossible(desk, config, { benchmarks, model, checkpoint });
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

/** A student that a program trained may be of a kind, or of a size, that is not computed here; its base comes after it. */
async function gradeIfPossible(desk: Desk, config: CampaignConfig, grading: Grading): Promise<void> {
  const { context } = desk;
  const { benchmarks, model, checkpoint } = grading;
  if (benchmarks.length === 0) return;
  const ungraded = await students.whyUngradable({ context, student: { kind: 'embedded', model, checkpoint } });
  desk.note({ ungraded });
  if (ungraded !== null) return;
  const scored = await gradeUntrained(desk, config, grading);
  await gradeTrained(desk, config, { ...grading, benchmarks: scored });
}

/** The benchmarks as they are where the model has no answers before it is trained, as an encoder has none without a head. */
async function gradeUntrained(
  desk: Desk,
  { prices }: CampaignConfig,
  { benchmarks, model }: Pick<Grading, 'benchmarks' | 'model'>,
): Promise<Benchmarks> {
  const student: EmbeddedStudent = { kind: 'embedded', model, checkpoint: null };
  if ((await students.whyUngradable({ context: desk.context, student })) !== null) return benchmarks;
  const scored: Benchmark[] = [];
  for (const benchmark of benchmarks) {
    scored.push({ ...benchmark, untrained: await grade(desk, benchmark, { student, phase: 'before', prices }) });
    desk.note({ scores: scored.map((one) => scoreOf(one, null)) });
  }
  return scored;
}

async function gradeTrained(
  desk: Desk,
  { prices }: CampaignConfig,
  { benchmarks, model, checkpoint }: Grading,
): Promise<void> {
  const student: EmbeddedStudent = { kind: 'embedded', model, checkpoint };
  const scores = benchmarks.map((benchmark) => scoreOf(benchmark, null));
  const after: Graded[] = [];
  for (const [index, benchmark] of benchmarks.entries()) {
    const graded = await grade(desk, benchmark, { student, phase: 'after', prices });
    after.push(graded);
    scores[index] = scoreOf(benchmark, graded.score);
    desk.note({ scores: [...scores] });
  }
  await compare(desk, benchmarks, after);
}

/** What training changed on the same rows; where the untrained student was not asked, the means stand alone. */
async function compare(desk: Desk, benchmarks: Benchmarks, after: readonly Graded[]): Promise<void> {
  if (after.length === 0) return;
  const compared = benchmarks.map(({ name, distribution, untrained }, index) => {
    const trained = after[index]?.predictions ?? null;
    return { benchmark: name, distribution, first: untrained?.predictions ?? null, second: trained };
  });
  const { differences, means } = await students.compareStudents({ context: desk.context, benchmarks: compared });
  const { scores } = desk.progress();
  desk.note({ scores: scores.map((one) => ({ ...one, differences: differences[one.benchmark] ?? null })), means });
}
