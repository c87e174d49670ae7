// The activity interfaces: workflows call them through proxies, activities/ implements them, one family a queue.

import type { ArtifactRef, StageOutcome, TableRef } from './artifacts.ts';
import type {
  CampaignConfig,
  CampaignContext,
  GeneratorConfig,
  LanguageModelGeneratorConfig,
  ModelReference,
  SampleSource,
  SelectionConfig,
  SketchConfig,
  TrainerConfig,
} from './campaign.ts';
import type { Accuracy, CampaignProgress, Diversity, RoundSummary, TokenUse } from './status.ts';

export interface ImportInput {
  readonly context: CampaignContext;
  /** `seeds`, or the benchmark's name: stands in ids, lineage and messages. */
  readonly name: string;
  readonly sources: readonly SampleSource[];
}

export interface DecontaminateInput {
  readonly context: CampaignContext;
  readonly samples: TableRef<'samples'>;
  /** Benchmark name -> its samples. */
  readonly benchmarks: Readonly<Record<string, TableRef<'samples'>>>;
  /** n-grams common here are boilerplate and do not count as hits. */
  readonly common: TableRef<'samples'>;
  readonly rule: CampaignConfig['decontamination'];
}

/** What touched a benchmark: samples sharing any n-gram, one that is not common, and those confirmed by overlap. */
export interface BenchmarkTouch {
  readonly benchmark: string;
  readonly sharing: number;
  readonly pointed: number;
  readonly confirmed: number;
}

export interface ParseInput {
  readonly context: CampaignContext;
  readonly round: number;
  readonly drafts: readonly TableRef<'drafts'>[];
}

export interface DeduplicateInput {
  readonly context: CampaignContext;
  readonly candidates: TableRef<'samples'>;
  /** Null for the seeds, which have no pool before them. */
  readonly pool: TableRef<'samples'> | null;
}

export interface VerifyInput {
  readonly context: CampaignContext;
  readonly candidates: TableRef<'samples'>;
  /** One table for each generator whose candidates need independent attempts. */
  readonly attempts: readonly TableRef<'attempts'>[];
  /** How many attempts must agree, by generator name. */
  readonly agreement: Readonly<Record<string, number>>;
}

export interface MergeInput {
  readonly context: CampaignContext;
  readonly round: number;
  readonly pool: TableRef<'samples'>;
  readonly poolSketches: TableRef<'sketches'>;
  readonly accepted: TableRef<'samples'>;
  readonly acceptedSketches: TableRef<'sketches'>;
}

export interface MergeSummary {
  readonly sketches: TableRef<'sketches'>;
}

/** A finished stage, as short as a workflow can name it. */
export interface StageMark {
  readonly key: string;
  readonly seconds: number;
  readonly reused: boolean;
}

export interface RecordInput {
  readonly context: CampaignContext;
  readonly round: number;
  readonly stages: readonly StageMark[];
  /** The numbers of a round that grew the pool; null for the seeds and for the student. */
  readonly diversity: Omit<RoundSummary, 'round' | 'clusterSizes' | 'funnel'> | null;
  readonly clusters: ArtifactRef | null;
  readonly previous: ArtifactRef | null;
}

export interface ReportInput {
  readonly config: CampaignConfig;
  readonly progress: CampaignProgress;
}

/** Queue `diffract-control`: moves and checks data. */
export interface DataActivities {
  importSamples(input: ImportInput): Promise<StageOutcome>;
  decontaminate(input: DecontaminateInput): Promise<StageOutcome<readonly BenchmarkTouch[]>>;
  parseDrafts(input: ParseInput): Promise<StageOutcome>;
  deduplicate(input: DeduplicateInput): Promise<StageOutcome>;
  verifyCandidates(input: VerifyInput): Promise<StageOutcome>;
  mergePool(input: MergeInput): Promise<StageOutcome<MergeSummary>>;
  /** Adds a link to the chain of round records; the funnel comes from the stage records themselves. */
  recordRound(input: RecordInput): Promise<ArtifactRef>;
  /** Writes report.html and report.json from the chain of records. */
  writeReport(input: ReportInput): Promise<ArtifactRef>;
  /** Moves the campaign's mutable names to these artifacts: `pool`, `checkpoint`, `report`, ... */
  publish(input: {
    readonly context: CampaignContext;
    readonly refs: Readonly<Record<string, ArtifactRef>>;
  }): Promise<void>;
}

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
  readonly generator: GeneratorConfig;
}

export interface AttemptJob {
  readonly kind: 'attempt';
  readonly context: CampaignContext;
  readonly candidates: TableRef<'samples'>;
  readonly generator: LanguageModelGeneratorConfig;
}

export interface EvaluateJob {
  readonly kind: 'evaluate';
  readonly context: CampaignContext;
  readonly benchmark: string;
  readonly samples: TableRef<'samples'>;
  readonly model: ModelReference;
  /** Absent: the model as it is, before training. */
  readonly checkpoint: ArtifactRef | null;
}

/** A stage that fan-out carries chunk by chunk. */
export type ChunkedJob = SketchJob | GenerateJob | AttemptJob | EvaluateJob;

export interface ChunkPlan {
  readonly chunks: number;
  readonly rows: number;
  /** Set when the store already holds the whole stage. */
  readonly finished: StageOutcome<ChunkedSummary> | null;
}

export interface ChunkOutcome {
  readonly rows: number;
  readonly reused: boolean;
}

/** Rates and sums that the chunks of one stage add up to. */
export interface ChunkedSummary {
  readonly tokens: TokenUse;
  /** Only for `evaluate`. */
  readonly accuracy: Accuracy | null;
}

/** The same three calls for every chunked stage, on the queue that its job's kind names. */
export interface ChunkActivities {
  planChunks(job: ChunkedJob): Promise<ChunkPlan>;
  runChunk(input: { readonly job: ChunkedJob; readonly chunk: number }): Promise<ChunkOutcome>;
  assembleChunks(job: ChunkedJob): Promise<StageOutcome<ChunkedSummary>>;
}

export interface MeasureInput {
  readonly context: CampaignContext;
  readonly sketches: TableRef<'sketches'>;
}

export interface ClusterInput {
  readonly context: CampaignContext;
  readonly sketches: TableRef<'sketches'>;
  readonly clusterShare: number;
}

export interface ClusterSummary {
  readonly clusters: number;
  readonly smallest: number;
  readonly largest: number;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface SelectInput {
  readonly context: CampaignContext;
  readonly round: number;
  readonly candidates: TableRef<'samples'>;
  readonly candidateSketches: TableRef<'sketches'>;
  readonly poolSketches: TableRef<'sketches'>;
  readonly clusters: ArtifactRef;
  readonly selection: SelectionConfig;
}

export interface SelectSummary {
  readonly acceptedSketches: TableRef<'sketches'>;
  readonly accepted: Diversity;
  readonly random: Diversity;
  readonly poolAfter: Diversity;
  readonly poolAfterRandom: Diversity;
}

/** Queue `diffract-gradients`: spectra, clusters, selection. */
export interface DiversityActivities {
  measureDiversity(input: MeasureInput): Promise<StageOutcome<Diversity>>;
  clusterPool(input: ClusterInput): Promise<StageOutcome<ClusterSummary>>;
  selectCandidates(input: SelectInput): Promise<StageOutcome<SelectSummary>>;
}

export interface TrainInput {
  readonly context: CampaignContext;
  readonly pool: TableRef<'samples'>;
  readonly trainer: TrainerConfig;
}

export interface TrainSummary {
  readonly steps: number;
  readonly firstLoss: number;
  readonly lastLoss: number;
  readonly seconds: number;
}

export interface CompareInput {
  readonly context: CampaignContext;
  readonly before: TableRef<'predictions'>;
  readonly after: TableRef<'predictions'>;
}

/** Queue `diffract-training`. */
export interface TrainingActivities {
  /** Drives the trainer port from start to collect; a retry goes on from the newest whole checkpoint. */
  train(input: TrainInput): Promise<StageOutcome<TrainSummary>>;
  /** 95 % interval of the difference in accuracy on the same rows (paired bootstrap). */
  compareScores(input: CompareInput): Promise<readonly [number, number]>;
}

/** Reported by heartbeats of long activities: rows (or steps) that are durable. */
export interface HeartbeatProgress {
  readonly done: number;
  readonly total: number;
}
