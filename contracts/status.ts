// What a campaign says of itself: the answer of its status query, what watch prints and the report shows.

import type { ArtifactRef, StageCounts } from './artifacts.ts';
import type { CampaignContext } from './campaign.ts';

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

export interface TokenUse {
  readonly requests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
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
  readonly funnel: readonly FunnelRow[];
  readonly tokens: TokenUse;
  readonly seconds: number;
}

export interface BenchmarkScore {
  readonly benchmark: string;
  readonly distribution: 'in' | 'out';
  readonly n: number;
  readonly before: Accuracy;
  readonly after: Accuracy | null;
  /** 95 % interval of after - before on the same rows. */
  readonly difference: readonly [number, number] | null;
}

export interface Accuracy {
  readonly correct: number;
  readonly n: number;
  readonly accuracy: number;
  /** Wilson 95 % interval. */
  readonly interval: readonly [number, number];
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
  readonly scores: readonly BenchmarkScore[];
  readonly tokens: TokenUse;
  readonly timings: readonly StageTiming[];
  readonly pool: ArtifactRef | null;
  readonly checkpoint: ArtifactRef | null;
  readonly report: ArtifactRef | null;
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
  readonly tokens: TokenUse;
  readonly pool: ArtifactRef | null;
  readonly checkpoint: ArtifactRef | null;
  readonly report: ArtifactRef | null;
  readonly outcome: CampaignOutcome | null;
}

/** One link of the chain: what happened in one round; round 0 is the import of the seeds, the last one the student. */
export interface RoundRecord {
  readonly round: number;
  readonly summary: RoundSummary | null;
  readonly funnel: readonly FunnelRow[];
  readonly timings: readonly StageTiming[];
  readonly previous: ArtifactRef | null;
}

export interface FanOutStatus {
  readonly chunksDone: number;
  readonly chunks: number;
  readonly rowsDone: number;
  readonly rows: number;
  readonly reused: number;
}
