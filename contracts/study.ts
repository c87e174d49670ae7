// A study as its user describes it: many subsets of one pool, drawn by recipes of many kinds at one size, students trained
// on each, and measures of diversity held against what the students can do. config/study-schema.ts checks the file.

import type { ArtifactRef, StageOutcome, TableRef } from './artifacts.ts';
import type {
  BenchmarkConfig,
  CampaignContext,
  ModelReference,
  SampleSource,
  SketchConfig,
  StoreLocation,
} from './campaign.ts';
import type { TaskName } from './samples.ts';
import type { EmbeddedTrainerConfig } from './trainers.ts';

/** Students of a study answer in their own way. */
export type StudyBenchmark = Omit<BenchmarkConfig, 'answering'>;

/** A named part of the pool; its share of a subset is the main confound of every measure. */
export interface PoolSource {
  readonly name: string;
  readonly sources: readonly SampleSource[];
}

/** What every subset has alike, whatever its recipe: labels exactly, lengths by band. */
export interface MatchingConfig {
  /** `equal`: every answer equally often; `pool`: as often as in the pool; `none`: as it comes. */
  readonly labels: 'equal' | 'pool' | 'none';
  /** Bands of the pool's words a sample (3: thirds), each as often in a subset as its label has it in the pool; 1: lengths run free. */
  readonly lengthBands: number;
}

/** Where distances between samples are taken: sketches of one target, embeddings, or weighted words. */
export const recipeSpaces = ['completion-gradients', 'text-gradients', 'embeddings', 'words'] as const;
export type RecipeSpace = (typeof recipeSpaces)[number];

/** A subset comes from the `neighbours` samples around a centre: few give a narrow one, many a broad one. */
export interface BallRecipes {
  readonly kind: 'balls';
  readonly name: string;
  readonly space: RecipeSpace;
  /** Neighbourhood sizes, each from the size of a subset up to the pool; each makes one recipe a centre. */
  readonly neighbours: readonly number[];
  /** Seeded centres of each neighbourhood size. */
  readonly centres: number;
}

/** A subset favours some parts of the pool over others; within label and length band parts are drawn by weight. */
export interface MixRecipes {
  readonly kind: 'mixes';
  readonly name: string;
  /** Parts are the pool's sources, or the groups (phenomena) of its samples. */
  readonly by: 'source' | 'group';
  /** Weights by part, one recipe each; a part that is not named weighs `rest`. */
  readonly mixes: readonly Readonly<Record<string, number>>[];
  /** Each number makes `count` recipes of so many seeded parts with weight 1. */
  readonly choose: readonly number[];
  readonly count: number;
  /** Weight of the parts that a recipe does not choose. */
  readonly rest: number;
}

/** The positive control: so large a share of distinct samples, repeated to fill the subset. */
export interface DuplicateRecipes {
  readonly kind: 'duplicates';
  readonly name: string;
  readonly shares: readonly number[];
}

/** Uniform within label and length band. */
export interface RandomRecipes {
  readonly kind: 'random';
  readonly name: string;
}

/** The name is the mechanism that reports tell apart. */
export type RecipeConfig = BallRecipes | MixRecipes | DuplicateRecipes | RandomRecipes;

/** A small classifier of premise and hypothesis on features that no measure uses. */
export interface FeatureStudentConfig {
  readonly kind: 'features';
  readonly name: string;
  /** `word-vectors`: mean static vectors of both sides; `alignment`: which words of the hypothesis the premise covers. */
  readonly features: 'word-vectors' | 'alignment';
  /** A static encoder. */
  readonly encoder: ModelReference;
  readonly head: RidgeHeadConfig | NetworkHeadConfig;
}

export interface RidgeHeadConfig {
  readonly kind: 'ridge';
  /** The one with the least leave-one-out error is taken, anew in each trial. */
  readonly penalties: readonly number[];
}

/** One hidden layer of rectifiers, AdamW. */
export interface NetworkHeadConfig {
  readonly kind: 'network';
  readonly hidden: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** A small decoder trained as a language model, from scratch where its model is a `scratch-` one. */
export interface DecoderStudentConfig {
  readonly kind: 'decoder';
  readonly name: string;
  /**
   * `answers`: it learns completions and chooses labels, or the operations of worked solutions. `texts`: it learns what gradients of the
   * text are taken over, and is scored by the share of those tokens that it would write next.
   */
  readonly learns: 'answers' | 'texts';
  readonly trainer: EmbeddedTrainerConfig;
}

export type TrialStudentConfig = FeatureStudentConfig | DecoderStudentConfig;

export interface StudyConfig {
  readonly name: string;
  readonly task: TaskName;
  readonly seed: number;
  readonly store: StoreLocation;
  readonly pool: readonly PoolSource[];
  readonly benchmarks: readonly StudyBenchmark[];
  /** Samples of every subset. */
  readonly size: number;
  /** Subsets of each recipe. */
  readonly draws: number;
  readonly matching: MatchingConfig;
  readonly recipes: readonly RecipeConfig[];
  readonly sketch: Omit<SketchConfig, 'target'>;
  /** Embeds prompt and completion for the measures and the balls of embeddings. */
  readonly encoder: ModelReference;
  readonly students: readonly TrialStudentConfig[];
  /** What a trial is scored by: `balanced-accuracy` is the mean of the accuracies by label. */
  readonly score: 'accuracy' | 'balanced-accuracy';
  /** Random subsets, drawn for this alone, on which a benchmark must beat chance to count. */
  readonly screeningDraws: number;
  /** Measures whose lead over every other one is reported, such as `g-vendi:text`. */
  readonly leads: readonly string[];
}

/** The pool with all that is known of it. Draws count the samples that have sketches of both targets, in the order of `samples`. */
export interface StudyPool {
  readonly samples: TableRef<'samples'>;
  readonly sketches: Readonly<Record<GradientTarget, TableRef<'sketches'>>>;
  readonly embeddings: TableRef<'embeddings'>;
}

export type GradientTarget = 'completion' | 'text';

/** Tasks whose samples are learned from in one way: both targets would give the same sketches. */
export const tasksOfOneTarget: readonly TaskName[] = ['math', 'summarization'];

/** By name of the benchmark. */
export type BenchmarkTables = Readonly<Record<string, TableRef<'samples'>>>;

/** Trains every student on the draws `start` to `end` (exclusive) of the plan. */
export interface TrialJob {
  readonly kind: 'trial';
  readonly context: CampaignContext;
  readonly study: StudyConfig;
  readonly pool: StudyPool;
  readonly benchmarks: BenchmarkTables;
  readonly draws: TableRef<'draws'>;
  readonly start: number;
  readonly end: number;
}

/** Embeds prompt and completion of every sample. */
export interface EmbedJob {
  readonly kind: 'embed';
  readonly context: CampaignContext;
  readonly samples: TableRef<'samples'>;
  readonly encoder: ModelReference;
}

/** How the draws of a study are dealt into pages: the screening first, then one draw of every recipe a page. */
export interface DrawPlan {
  /** Where each page ends; the first begins at 0. */
  readonly pageEnds: readonly number[];
  readonly recipes: number;
}

export interface PlanInput {
  readonly context: CampaignContext;
  readonly study: StudyConfig;
  readonly pool: StudyPool;
  readonly benchmarks: BenchmarkTables;
}

export interface StudyReportInput {
  readonly context: CampaignContext;
  readonly study: StudyConfig;
  /** One table a page, the screening first. */
  readonly trials: readonly TableRef<'trials'>[];
  /** Trials of the whole study. */
  readonly planned: number;
}

/** Queue `diffract-gradients`. */
export interface StudyActivities {
  /** One table of all sources; a sample that repeats an earlier one is rejected. */
  joinPool(input: {
    readonly context: CampaignContext;
    readonly sources: readonly TableRef<'samples'>[];
  }): Promise<StageOutcome>;
  /** Every subset of the study; its output is the table of draws. */
  planDraws(input: PlanInput): Promise<StageOutcome<DrawPlan>>;
  /** Relates measures to scores over the trials that are done, and writes report.html and report.json. */
  reportStudy(input: StudyReportInput): Promise<StageOutcome<ScreeningSummary>>;
}

/** Which benchmarks count, by student; decided from the screening alone. */
export interface ScreeningSummary {
  readonly kept: Readonly<Record<string, readonly string[]>>;
}

/** What the workflow carries and answers queries with. */
export interface StudyProgress {
  readonly context: CampaignContext;
  readonly stage: string;
  /** The fan-out under way, which knows more; null otherwise. */
  readonly child: string | null;
  readonly trialsDone: number;
  readonly trials: number;
  /** Of what is done so far; written anew after every page of trials. */
  readonly report: ArtifactRef | null;
}

/** The start argument of the study workflow. */
export interface StudyInput<Carried> {
  readonly study: StudyConfig;
  readonly context: CampaignContext;
  /** Null on the first run; what the run before handed on otherwise. */
  readonly carried: Carried | null;
}
