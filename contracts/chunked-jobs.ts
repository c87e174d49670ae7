// The stages that fan-out carries chunk by chunk: what each kind of job names, and the calls that are the same for all.

import type { ArtifactRef, StageOutcome, TableRef } from './artifacts.ts';
import type {
  AnsweringConfig,
  CampaignContext,
  GeneratorConfig,
  JudgeConfig,
  LanguageModelUse,
  ModelReference,
  PriceTable,
  SketchConfig,
  SolvedGenerator,
} from './campaign.ts';
import type { Student } from './evaluation.ts';
import type { Score } from './scores.ts';
import type { TokenUse } from './status.ts';
import type { EmbedJob, TrialJob } from './study.ts';

export interface SketchJob {
  readonly kind: 'sketch';
  readonly context: CampaignContext;
  readonly samples: TableRef<'samples'>;
  readonly sketch: SketchConfig;
}

export interface GenerateJob {
  readonly kind: 'generate';
  readonly context: CampaignContext;
  readonly round: number;
  readonly pool: TableRef<'samples'>;
  /** Row for row of the pool samples that have a gradient; read by the few-shot policy `sparse-cluster`. */
  readonly poolSketches: TableRef<'sketches'>;
  readonly clusters: ArtifactRef;
  readonly generator: GeneratorConfig;
  readonly prices: PriceTable | null;
}

export interface AttemptJob {
  readonly kind: 'attempt';
  readonly context: CampaignContext;
  readonly candidates: TableRef<'samples'>;
  readonly generator: SolvedGenerator;
  readonly prices: PriceTable | null;
}

/** Scores every candidate. */
export interface JudgeJob {
  readonly kind: 'judge';
  readonly context: CampaignContext;
  readonly candidates: TableRef<'samples'>;
  readonly judge: JudgeConfig;
  readonly prices: PriceTable | null;
}

/** Finds for every sample the benchmark row whose embedding is nearest, where it is near enough. */
export interface PairJob {
  readonly kind: 'pair';
  readonly context: CampaignContext;
  readonly samples: TableRef<'samples'>;
  readonly benchmarks: Readonly<Record<string, TableRef<'samples'>>>;
  readonly encoder: ModelReference;
  readonly similarity: number;
}

/** Asks of every pair whether one text is a paraphrase of the other. */
export interface CompareJob {
  readonly kind: 'compare';
  readonly context: CampaignContext;
  readonly pairs: TableRef<'pairs'>;
  readonly judge: LanguageModelUse;
  readonly prices: PriceTable | null;
}

export interface EvaluateJob {
  readonly kind: 'evaluate';
  readonly context: CampaignContext;
  readonly benchmark: string;
  readonly samples: TableRef<'samples'>;
  readonly student: Student;
  readonly answering: AnsweringConfig;
  readonly prices: PriceTable | null;
}

/** A stage that fan-out carries chunk by chunk. */
export type ChunkedJob =
  SketchJob | GenerateJob | AttemptJob | JudgeJob | PairJob | CompareJob | EvaluateJob | EmbedJob | TrialJob;

export interface ChunkPlan {
  readonly chunks: number;
  readonly rows: number;
  /** Set when the store already holds the whole stage. */
  readonly finished: StageOutcome<ChunkedSummary> | null;
}

export interface ChunkOutcome {
  readonly rows: number;
  readonly tokens: TokenUse;
  readonly reused: boolean;
}

/** Rates and sums that the chunks of one stage add up to. */
export interface ChunkedSummary {
  readonly tokens: TokenUse;
  /** One row a request, whichever chunks asked it; null for stages that ask no language model. */
  readonly ledger: TableRef<'ledger'> | null;
  /** Only for `evaluate`. */
  readonly score: Score | null;
}

/** The same three calls for every chunked stage, on the queue that its job's kind names. */
export interface ChunkActivities {
  planChunks(job: ChunkedJob): Promise<ChunkPlan>;
  runChunk(input: { readonly job: ChunkedJob; readonly chunk: number }): Promise<ChunkOutcome>;
  assembleChunks(job: ChunkedJob): Promise<StageOutcome<ChunkedSummary>>;
}
