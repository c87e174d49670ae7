// Evaluation: who is asked, how two students compare, and an evaluation file as a workflow takes it.

import type { ArtifactRef, TableRef } from './artifacts.ts';
import type {
  BenchmarkConfig,
  CampaignContext,
  Endpoint,
  ModelReference,
  PriceTable,
  StoreLocation,
} from './campaign.ts';
import type { TaskName } from './samples.ts';
import type { Differences, MeanScore, Score } from './scores.ts';
import type { TokenUse } from './status.ts';

/** Who answers a benchmark. */
export type Student =
  | EmbeddedStudent
  | EndpointStudent
  /** The floor of summaries: the objectives of the evidence and its last two sentences. */
  | { readonly kind: 'extract' }
  /** The same answer to every row. */
  | { readonly kind: 'constant'; readonly answer: string };

export interface EmbeddedStudent {
  readonly kind: 'embedded';
  readonly model: ModelReference;
  /** Null: the model as it is, before training. */
  readonly checkpoint: ArtifactRef | null;
}

/** A student that an OpenAI-compatible server serves. How it is sampled is the benchmark's word. */
export interface EndpointStudent {
  readonly kind: 'endpoint';
  readonly endpoint: Endpoint;
  /** `plain`: the sample's prompt, as students are trained on it; `template`: in the task's template, which asks for a form. */
  readonly prompt: 'plain' | 'template';
}

export interface ComparedBenchmark {
  readonly benchmark: string;
  readonly distribution: 'in' | 'out';
  /** Null where that student was not asked. */
  readonly first: TableRef<'predictions'> | null;
  readonly second: TableRef<'predictions'> | null;
}

export interface CompareStudentsInput {
  readonly context: CampaignContext;
  readonly benchmarks: readonly ComparedBenchmark[];
}

export interface StudentComparison {
  /** By benchmark; benchmarks that only one of them answered are left out. */
  readonly differences: Readonly<Record<string, Differences>>;
  /** Null where no benchmark is of that side. */
  readonly means: Readonly<Record<'in' | 'out', MeanScore | null>>;
}

/** A student of an evaluation file; a campaign's is found when the evaluation starts. */
export type NamedStudent = { readonly name: string } & (
  | (Omit<EmbeddedStudent, 'checkpoint'> & {
      /** The campaign whose trained student it is; null: the model as it is. */
      readonly campaign: string | null;
    })
  | Exclude<Student, EmbeddedStudent>
);

/** An evaluation as its user describes it: every student on every benchmark. */
export interface EvaluationConfig {
  readonly name: string;
  readonly task: TaskName;
  readonly seed: number;
  readonly store: StoreLocation;
  readonly students: readonly NamedStudent[];
  readonly benchmarks: readonly BenchmarkConfig[];
  /** Names of published tables to show beside the scores. */
  readonly published: readonly string[];
  readonly prices: PriceTable | null;
  readonly prompts: Readonly<Record<string, string>>;
}

/** One cell of the table of students and benchmarks. */
export interface StudentScore {
  readonly student: string;
  readonly benchmark: string;
  readonly distribution: 'in' | 'out';
  readonly score: Score;
  readonly predictions: TableRef<'predictions'>;
}

/** What an evaluation's workflow answers queries with, and returns. */
export interface EvaluationProgress {
  readonly context: CampaignContext;
  /** `student on benchmark`, or what else is under way. */
  readonly doing: string;
  readonly done: number;
  readonly total: number;
  readonly scores: readonly StudentScore[];
  /** By student: its means, and what sets it apart from the first student (null for the first). */
  readonly comparisons: Readonly<Record<string, StudentComparison>>;
  readonly tokens: TokenUse;
}

/** The start argument of the evaluation workflow. */
export interface EvaluationInput<Carried> {
  readonly config: EvaluationConfig;
  readonly context: CampaignContext;
  /** Null on the first run; what the run before handed on otherwise. */
  readonly carried: Carried | null;
}
