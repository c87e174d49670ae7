// The numbers of a report, worked out once: report.json holds them as they are, report.html draws them.

import type { CampaignConfig } from '../../contracts/campaign.ts';
import type { Estimate } from '../../contracts/scores.ts';
import type {
  BenchmarkScore,
  CampaignStatus,
  Diversity,
  FunnelRow,
  RoundSummary,
  StageTiming,
} from '../../contracts/status.ts';

export interface ReportFigures {
  readonly schemaVersion: 2;
  readonly campaign: string;
  readonly task: CampaignConfig['task'];
  readonly outcome: CampaignStatus['outcome'];
  /** The stop rule that ended it before its last round, in words. */
  readonly ending: CampaignStatus['ending'];
  readonly proxy: string;
  readonly seeds: { readonly diversity: Diversity | null; readonly funnel: readonly FunnelRow[] };
  readonly rounds: readonly RoundFigures[];
  readonly generators: readonly GeneratorFunnel[];
  readonly scores: readonly ScoreFigures[];
  /** Over benchmarks of a side, before (first) and after (second) training; null until the student is graded. */
  readonly means: CampaignStatus['means'];
  readonly ungraded: CampaignStatus['ungraded'];
  readonly tokens: CampaignStatus['tokens'];
  readonly stages: readonly StageSum[];
  readonly timings: readonly StageTiming[];
  readonly seconds: number;
  readonly pool: CampaignStatus['pool'];
  readonly checkpoint: CampaignStatus['checkpoint'];
  readonly config: CampaignConfig;
}

export interface RoundFigures extends RoundSummary {
  /** Accepted over random, at equal n; above 1 the selection was more diverse than chance. */
  readonly acceptedOverRandom: number | null;
}

/** What became of one generator's candidates over all rounds, stage by stage in the order of the stages. */
export interface GeneratorFunnel {
  readonly generator: string;
  readonly made: number;
  readonly kept: number;
  readonly stages: readonly FunnelRow[];
}

export interface ScoreFigures extends BenchmarkScore {
  /** Of the main metric. */
  readonly change: Estimate | null;
}

export interface StageSum {
  readonly stage: string;
  readonly runs: number;
  readonly reused: number;
  readonly rows: number;
  readonly seconds: number;
}

export function reportFigures(config: CampaignConfig, status: CampaignStatus): ReportFigures {
  const scores = status.scores.map((score) => ({
    ...score,
    change: score.differences?.[score.after?.main ?? ''] ?? null,
  }));
  return {
    schemaVersion: 2,
    campaign: status.campaign,
    task: config.task,
    outcome: status.outcome,
    ending: status.ending,
    proxy: config.sketch.proxy,
    seeds: { diversity: status.seedDiversity, funnel: status.seedFunnel },
    rounds: status.history.map((round) => ({
      ...round,
      acceptedOverRandom: round.random.gVendi > 0 ? round.accepted.gVendi / round.random.gVendi : null,
    })),
    generators: generatorFunnels(status.history.flatMap(({ funnel }) => funnel)),
    scores,
    means: status.means,
    ungraded: status.ungraded,
    tokens: status.tokens,
    stages: stageSums(status.timings),
    timings: status.timings,
    seconds: status.timings.reduce((sum, { seconds }) => sum + seconds, 0),
    pool: status.pool,
    checkpoint: status.checkpoint,
    config,
  };
}

/** Adds the funnels of several rounds, generator by generator and stage by stage. */
export function generatorFunnels(rows: readonly FunnelRow[]): readonly GeneratorFunnel[] {
  const generators = [...new Set(rows.map(({ generator }) => generator))];
  return generators.map((generator) => {
    const own = rows.filter((row) => row.generator === generator);
    const stages = [...new Set(own.map(({ stage }) => stage))].map((stage) =>
      own.filter((row) => row.stage === stage).reduce(addRows),
    );
    // A language model's requests come before what was read out of its answers.
    const made = stages.find(({ stage }) => stage === 'parse') ?? stages[0];
    return { generator, made: made?.in ?? 0, kept: stages.at(-1)?.kept ?? 0, stages };
  });
}

function addRows(a: FunnelRow, b: FunnelRow): FunnelRow {
  const rejected: Record<string, number> = { ...a.rejected };
  for (const [reason, count] of Object.entries(b.rejected)) rejected[reason] = (rejected[reason] ?? 0) + count;
  return { ...a, in: a.in + b.in, kept: a.kept + b.kept, rejected };
}

function stageSums(timings: readonly StageTiming[]): readonly StageSum[] {
  const stages = [...new Set(timings.map(({ stage }) => stage))];
  return stages.map((stage) => {
    const own = timings.filter((timing) => timing.stage === stage);
    return {
      stage,
      runs: own.length,
      reused: own.filter(({ reused }) => reused).length,
      rows: own.reduce((sum, { rows }) => sum + rows, 0),
      seconds: own.reduce((sum, { seconds }) => sum + seconds, 0),
    };
  });
}
