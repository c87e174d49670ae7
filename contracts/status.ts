// What a campaign says of itself: the answer of its status query, what watch prints and the report shows.

import type { ArtifactRef, StageCounts } from './artifacts.ts';
import type { CampaignConfig, CampaignContext } from './campaign.ts';
import type { Differences, MeanScore, Score } from './scores.ts';

export interface Diversity {
  /** G-Vendi, order 1. */
  readonly gVendi: number;
  readonly n: number;
  readonly d: number;
  /** 95 % bootstrap interval; null when n is too small for one. */
  readonly interval: readonly [number, number] | null;
}

/** One line of a funnel: a stage's counts for one generator. */
export interface FunnelRow extends StageCounts {
  readonly stage: string;
  readonly generator: string;
}

/** What language models were asked and what it cost. */
export interface TokenUse {
  readonly requests: number;
  readonly promptTokens: number;
  /** Of the prompt tokens, those that the server had cached. */
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** In the price table's currency; null once a part of it is unknown. */
  readonly cost: number | null;
}

/** One side of the rank rule: the least populated clusters of the pool (sparse), or the others (dense). */
export interface SteeringSide {
  readonly clusters: number;
  readonly pool: number;
  readonly candidates: number;
  readonly accepted: number;
  /**
   * Share of what came to verification that it and the judge let through to selection, those refused counted from a
   * random part of them that was sketched; `unsketchable` ones are not in it. Null where nothing came, or nothing of
   * what was refused was sketched.
   */
  readonly verifiedShare: number | null;
}

/** Whether selection steered: where the candidates of a round fell, and which were accepted. */
export interface Steering {
  /** By cluster of the pool. */
  readonly candidates: readonly number[];
  readonly accepted: readonly number[];
  readonly sparse: SteeringSide;
  readonly dense: SteeringSide;
  /** Candidates that verification or judge refused and that could be sketched, and how many of them were. */
  readonly refused: number;
  readonly audited: number;
  /** Refused ones without a completion, since their attempts agreed on none. */
  readonly unsketchable: number;
}

export interface RoundSummary {
  readonly round: number;
  readonly pool: Diversity;
  readonly accepted: Diversity;
  /** As many candidates drawn at random from those that passed the gates: the control. */
  readonly random: Diversity;
  readonly poolAfter: Diversity;
  readonly poolAfterRandom: Diversity;
  readonly clusterSizes: readonly number[];
  readonly steering: Steering | null;
  readonly funnel: readonly FunnelRow[];
  readonly tokens: TokenUse;
  readonly seconds: number;
}

export interface BenchmarkScore {
  readonly benchmark: string;
  readonly distribution: 'in' | 'out';
  readonly n: number;
  /** Null where the student was not asked before training. */
  readonly before: Score | null;
  readonly after: Score | null;
  /** After less before on the same rows, by metric; null until both are there. */
  readonly differences: Differences | null;
}

export type CampaignOutcome = 'completed' | 'stopped';

/** How far the running stage is; `done` and `total` count rows (or steps of training). */
export interface StageProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** Milliseconds since the epoch, of the workflow's clock. */
  readonly startedAt: number;
  /** The workflow id of the child that carries the stage and knows more; null when one activity does it. */
  readonly child: string | null;
}

export interface StageTiming {
  readonly stage: string;
  readonly round: number;
  readonly seconds: number;
  readonly reused: boolean;
  readonly rows: number;
}

export interface CampaignStatus {
  readonly campaign: string;
  readonly round: number;
  readonly rounds: number;
  readonly progress: StageProgress;
  /** Why nothing moves: `paused by operator`, `token budget of 1000 reached`; null while it runs. */
  readonly waiting: string | null;
  readonly history: readonly RoundSummary[];
  readonly seedDiversity: Diversity | null;
  readonly seedFunnel: readonly FunnelRow[];
  /** Of all costs; null without prices, and before the seeds are in. */
  readonly currency: string | null;
  readonly scores: readonly BenchmarkScore[];
  /** Over benchmarks, before (first) and after (second) training; null until the student is graded. */
  readonly means: Readonly<Record<'in' | 'out', MeanScore | null>> | null;
  /** Why a trained student was not graded here; null where it was, or nothing was trained. */
  readonly ungraded: string | null;
  readonly tokens: TokenUse;
  readonly timings: readonly StageTiming[];
  readonly pool: ArtifactRef | null;
  readonly checkpoint: ArtifactRef | null;
  readonly report: ArtifactRef | null;
  /** Why it ended before its last round: a stop rule in words; null otherwise. */
  readonly ending: string | null;
  readonly outcome: CampaignOutcome | null;
}

/**
 * What the workflow itself carries and answers queries with: of constant size, however many rounds there were.
 * Everything longer lies in the chain of round records that starts at `lastRecord`.
 */
export interface CampaignProgress {
  readonly context: CampaignContext;
  readonly round: number;
  readonly rounds: number;
  readonly progress: StageProgress;
  readonly waiting: string | null;
  readonly lastRecord: ArtifactRef | null;
  readonly seedDiversity: Diversity | null;
  readonly scores: readonly BenchmarkScore[];
  /** Over benchmarks, before (first) and after (second) training; null until the student is graded. */
  readonly means: Readonly<Record<'in' | 'out', MeanScore | null>> | null;
  /** Why a trained student was not graded here; null where it was, or nothing was trained. */
  readonly ungraded: string | null;
  readonly tokens: TokenUse;
  readonly pool: ArtifactRef | null;
  readonly checkpoint: ArtifactRef | null;
  readonly report: ArtifactRef | null;
  readonly ending: string | null;
  readonly outcome: CampaignOutcome | null;
}

/** One link of the chain: what happened in one round; round 0 is the import of the seeds, the last one the student. */
export interface RoundRecord {
  readonly round: number;
  readonly summary: RoundSummary | null;
  readonly funnel: readonly FunnelRow[];
  readonly timings: readonly StageTiming[];
  /** Stage keys row for row of `timings`: the way to every artifact of the round. Absent in records of version 0.1.0. */
  readonly stages?: readonly string[];
  /** The campaign's own; in the record of the seeds alone. */
  readonly config?: CampaignConfig;
  readonly previous: ArtifactRef | null;
}

export interface FanOutStatus {
  readonly tokens: TokenUse;
  readonly chunksDone: number;
  readonly chunks: number;
  readonly rowsDone: number;
  readonly rows: number;
  readonly reused: number;
}
