// The activity interfaces: workflows call them through proxies, activities/ implements them, one family a queue.

import type { ArtifactRef, StageOutcome, TableRef } from './artifacts.ts';
import type {
  CampaignConfig,
  CampaignContext,
  DecontaminationConfig,
  FilterConfig,
  JudgeConfig,
  SampleSource,
  SelectionConfig,
} from './campaign.ts';
import type { CompareStudentsInput, EmbeddedStudent, StudentComparison } from './evaluation.ts';
import type { TrainerConfig } from './trainers.ts';
import type { CampaignProgress, Diversity, RoundSummary } from './status.ts';

export interface ImportInput {
  readonly context: CampaignContext;
  /** `seeds`, or the benchmark's name: stands in ids, lineage and messages. */
  readonly name: string;
  readonly sources: readonly SampleSource[];
  /** `fail`: a row that cannot be read ends the import, naming it; absent: it becomes a reject. */
  readonly unreadable?: 'fail';
}

export interface DecontaminateInput {
  readonly context: CampaignContext;
  readonly samples: TableRef<'samples'>;
  /** Benchmark name -> its samples. */
  readonly benchmarks: Readonly<Record<string, TableRef<'samples'>>>;
  /** n-grams common here are boilerplate and do not count as hits. */
  readonly common: TableRef<'samples'>;
  readonly rule: Omit<DecontaminationConfig, 'semantic'>;
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

export interface FilterInput {
  readonly context: CampaignContext;
  readonly candidates: TableRef<'samples'>;
  readonly filters: Pick<FilterConfig, 'prompt' | 'completion' | 'language'>;
}

export interface NearDuplicatesInput {
  readonly context: CampaignContext;
  readonly candidates: TableRef<'samples'>;
  readonly pool: TableRef<'samples'>;
  readonly rule: NonNullable<FilterConfig['nearDuplicates']>;
}

/** The judge's word on every pair; a pair that it did not answer counts as a copy. */
export interface ParaphraseInput {
  readonly context: CampaignContext;
  readonly samples: TableRef<'samples'>;
  readonly pairs: TableRef<'pairs'>;
  readonly verdicts: TableRef<'attempts'>;
}

export interface ScoreInput {
  readonly context: CampaignContext;
  readonly candidates: TableRef<'samples'>;
  readonly scores: TableRef<'attempts'>;
  readonly least: JudgeConfig['least'];
}

export interface VerifyInput {
  readonly context: CampaignContext;
  readonly candidates: TableRef<'samples'>;
  /** One table for each generator whose candidates need independent attempts. */
  readonly attempts: readonly TableRef<'attempts'>[];
  /** How many attempts must agree, by generator name. */
  readonly agreement: Readonly<Record<string, number>>;
  /** Bounds of the completions that candidates take over from their attempts. */
  readonly completion: FilterConfig['completion'];
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

/** Stages beside the way of the candidates: what they count is no part of the funnel. */
export const asideStages: readonly string[] = ['audit', 'sketch-audit'];

/** A finished stage, as short as a workflow can name it. */
export interface StageMark {
  /** As the campaign calls it; several stages may do the same thing, as those that sketch. */
  readonly name: string;
  readonly key: string;
  readonly seconds: number;
  readonly reused: boolean;
}

/** What a round has to say for its record; the rest is read from the store. */
export interface RoundMeasures extends Omit<RoundSummary, 'round' | 'clusterSizes' | 'steering' | 'funnel'> {
  /** The document of a `Steering`. */
  readonly steering: ArtifactRef;
}

export interface RecordInput {
  readonly context: CampaignContext;
  readonly round: number;
  readonly stages: readonly StageMark[];
  /** The numbers of a round that grew the pool; null for the seeds and for the student. */
  readonly diversity: RoundMeasures | null;
  readonly clusters: ArtifactRef | null;
  /** Given with the first record, so that the artifacts say how they were made. */
  readonly config?: CampaignConfig;
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
  filterCandidates(input: FilterInput): Promise<StageOutcome>;
  deduplicate(input: DeduplicateInput): Promise<StageOutcome>;
  removeNearDuplicates(input: NearDuplicatesInput): Promise<StageOutcome>;
  rejectParaphrases(input: ParaphraseInput): Promise<StageOutcome>;
  rejectLowScores(input: ScoreInput): Promise<StageOutcome>;
  verifyCandidates(input: VerifyInput): Promise<StageOutcome>;
  drawAudit(input: AuditInput): Promise<StageOutcome<AuditSummary>>;
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

/** What verification and judge refused, of which a random part is sketched to compare sparse with dense regions. */
export interface AuditInput {
  readonly context: CampaignContext;
  readonly round: number;
  /** Rejects of the stages between the text gates and selection. */
  readonly rejects: readonly ArtifactRef[];
  readonly count: number;
}

export interface AuditSummary {
  /** Rejects that have a completion, so that they could be sketched, and those that have none. */
  readonly refused: number;
  readonly unsketchable: number;
}

export interface Audit extends AuditSummary {
  /** Null where nothing that was refused could be sketched. */
  readonly sketches: TableRef<'sketches'> | null;
}

export interface SelectInput {
  readonly context: CampaignContext;
  readonly round: number;
  readonly candidates: TableRef<'samples'>;
  readonly candidateSketches: TableRef<'sketches'>;
  readonly poolSketches: TableRef<'sketches'>;
  readonly clusters: ArtifactRef;
  readonly selection: SelectionConfig;
  readonly audit: Audit;
}

export interface SelectSummary {
  readonly acceptedSketches: TableRef<'sketches'>;
  /** The document of a `Steering`. */
  readonly steering: ArtifactRef;
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

/** Of the campaign whose trained student is wanted. */
export interface FindCheckpointInput {
  readonly context: CampaignContext;
  readonly campaign: string;
}

export interface UngradableInput {
  readonly context: CampaignContext;
  readonly student: EmbeddedStudent;
}

/** Queue `diffract-training`. */
export interface TrainingActivities {
  /** Drives the trainer port from start to collect; a retry goes on from the newest whole checkpoint. */
  train(input: TrainInput): Promise<StageOutcome<TrainSummary>>;
  /** Two students on the same rows, metric by metric, and their means over benchmarks. */
  compareStudents(input: CompareStudentsInput): Promise<StudentComparison>;
  /** The student that a campaign in the same store trained. */
  findCheckpoint(input: FindCheckpointInput): Promise<ArtifactRef>;
  /** Why this machine does not evaluate the student: its architecture, its size, a base that is not here; null: it does. */
  whyUngradable(input: UngradableInput): Promise<string | null>;
}

/** Reported by heartbeats of long activities: rows (or steps) that are durable. */
export interface HeartbeatProgress {
  readonly done: number;
  readonly total: number;
}
