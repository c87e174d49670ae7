// A campaign as its user describes it: the parsed, resolved form of a campaign file. config/schema.ts checks it.

import type { DataFormat } from './data-formats.ts';
import type { ModelReference } from './models.ts';
import type { SamplingParameters, TaskName } from './samples.ts';
import type { TrainerConfig } from './trainers.ts';

export type StoreLocation =
  | { readonly kind: 'directory'; readonly path: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      readonly prefix: string;
      readonly region: string;
      /** Absent: AWS itself. Credentials come from the environment, never from here. */
      readonly endpoint?: string;
    };

/** Rows of an existing data set; a seeded shuffle makes `skip` and `count` disjoint draws of one file or folder. */
export interface FileSource {
  readonly kind: 'file';
  /** Absolute once the campaign file is loaded. */
  readonly path: string;
  readonly format: DataFormat;
  /** Of a data set folder; absent: `train`, or the only one there is. */
  readonly split?: string;
  /** A configuration that the folder's README.md declares; absent: the default one. */
  readonly config?: string;
  /** Task field -> column of the file. */
  readonly map: Readonly<Record<string, string>>;
  /** Keep only rows whose column equals the value. */
  readonly where: Readonly<Record<string, string>>;
  readonly skip: number;
  /** Absent: all the rest. */
  readonly count?: number;
}

/** Samples that a task makes by rule, right by construction, from named slices of phenomena. */
export interface SymbolicSource {
  readonly kind: 'symbolic';
  readonly slices: readonly string[];
  readonly count: number;
}

export type SampleSource = FileSource | SymbolicSource;

export type { ModelReference };

/** One server that serves a model. */
export interface ModelServer {
  /** An OpenAI-compatible base URL, or `embedded`. */
  readonly url: string;
  /** `env:NAME`; absent: no key is sent. */
  readonly apiKey?: string;
  /** Its share of the requests, relative to the other servers'. */
  readonly weight: number;
}

/** A language model by name, and who serves it. Only the model decides what an answer is; servers are exchangeable. */
export interface Endpoint {
  readonly model: string;
  readonly servers: readonly ModelServer[];
  /** `chat` asks at once; `batch` files requests with the vendor's batch interface, which answers within a day. */
  readonly route: 'chat' | 'batch';
  /** Of one request, from sending to its last byte; absent: 600. */
  readonly timeoutSeconds?: number;
}

/** A language model in one role: who answers, and how it is sampled. */
export interface LanguageModelUse {
  readonly endpoint: Endpoint;
  readonly sampling: SamplingParameters;
}

/** Prices per million tokens. */
export interface ModelPrice {
  readonly input: number;
  /** Prompt tokens that the server had cached. */
  readonly cached: number;
  readonly output: number;
}

export interface PriceTable {
  /** Stands beside every cost, so that sums of different tables are told apart. */
  readonly version: string;
  readonly currency: string;
  readonly models: Readonly<Record<string, ModelPrice>>;
}

export interface SymbolicGeneratorConfig {
  readonly kind: 'symbolic';
  readonly name: string;
  readonly slices: readonly string[];
  /** Candidates a round. */
  readonly count: number;
}

export interface FileGeneratorConfig {
  readonly kind: 'file';
  readonly name: string;
  readonly sources: readonly FileSource[];
  /** Candidates a round; later rounds take later rows. */
  readonly count: number;
  /** Absent: the answers that stand in the file are believed. */
  readonly solver?: SolverConfig;
}

/** Which pool samples a request shows as examples. */
export interface FewShotConfig {
  readonly count: number;
  /**
   * `pool`: from the whole pool, each equally likely (the paper). `sparse-cluster`: all of one request from one of the
   * least populated clusters. `per-level`: more often from the harder groups. `persona`: from the whole pool, written
   * in the voice of a persona.
   */
  readonly policy: 'pool' | 'sparse-cluster' | 'per-level' | 'persona';
  /** A text file with one persona a line; absent: the built-in list. */
  readonly personas?: string;
}

/** Who answers candidates independently, and how many answers must agree before a candidate counts. */
export interface SolverConfig extends LanguageModelUse {
  readonly attempts: number;
  readonly agreement: number;
}

/** A generator whose candidates are answered independently. */
export interface SolvedGenerator {
  readonly name: string;
  readonly solver: SolverConfig;
}

export interface LanguageModelGeneratorConfig extends LanguageModelUse {
  readonly kind: 'llm';
  readonly name: string;
  /** Requests a round. */
  readonly requests: number;
  /** New samples asked for in each request. */
  readonly perRequest: number;
  readonly fewShots: FewShotConfig;
  /** Asks for JSON of the task's schema, where the server can hold a model to it. */
  readonly structured: boolean;
  readonly solver: SolverConfig;
}

export type GeneratorConfig = SymbolicGeneratorConfig | FileGeneratorConfig | LanguageModelGeneratorConfig;

/** A language model that scores candidates from 1 to 5; those below `least` are rejected. */
export interface JudgeConfig extends LanguageModelUse {
  readonly name: string;
  readonly least: number;
}

/** Bounds of a text in characters, both included. */
export interface LengthBounds {
  readonly least: number;
  readonly most: number;
}

export interface FilterConfig {
  readonly prompt: LengthBounds;
  readonly completion: LengthBounds;
  /** ISO 639-1 code of the only language kept; null: any. */
  readonly language: string | null;
  /** MinHash over word n-grams; null: only exact repeats are dropped. */
  readonly nearDuplicates: { readonly ngram: number; readonly buckets: number; readonly hashes: number } | null;
  readonly judge: JudgeConfig | null;
}

/** Published n-gram rules; core/text has their numbers. */
export const decontaminationProfileNames = ['prismatic', 'open-r1', 'qwen'] as const;
export type DecontaminationProfileName = (typeof decontaminationProfileNames)[number];

/** A profile, and the numbers of it that the campaign changes. */
export interface DecontaminationConfig {
  readonly profile: DecontaminationProfileName;
  readonly ngram?: number;
  readonly overlap?: number;
  readonly commonShare?: number;
  /** The nearest benchmark row by embedding, then a judge that fails closed; null: n-grams alone. */
  readonly semantic: SemanticDecontaminationConfig | null;
}

export interface SemanticDecontaminationConfig extends LanguageModelUse {
  readonly encoder: ModelReference;
  /** Pairs from this cosine up are judged. */
  readonly similarity: number;
}

/** When a campaign ends before its last round. */
export interface StopConfig {
  /** G-Vendi of the pool that is enough. */
  readonly gVendi: number | null;
  /** Ends after `rounds` rounds in a row whose pool grew by less than this share. */
  readonly gain: { readonly least: number; readonly rounds: number } | null;
}

/** What language models may cost. At a soft limit the campaign pauses between stages and may be resumed; a hard one stops requests at once. */
export interface BudgetConfig {
  /** Prompt and completion tokens. */
  readonly tokens: number | null;
  readonly softTokens: number | null;
  /** In the currency of the price table. */
  readonly cost: number | null;
  readonly softCost: number | null;
}

/** How the answers to the rows of a benchmark are drawn. */
export interface AnsweringConfig {
  /** Answers a row (k). */
  readonly samples: number;
  /** Temperature 0 is greedy. */
  readonly sampling: SamplingParameters;
  /** `labels`: the likeliest label; `text`: what is written; `task`: labels where the task has them and the student can, else text. */
  readonly by: 'task' | 'labels' | 'text';
}

export interface BenchmarkConfig {
  readonly name: string;
  readonly distribution: 'in' | 'out';
  readonly sources: readonly SampleSource[];
  readonly answering: AnsweringConfig;
}

export interface SketchConfig {
  readonly proxy: ModelReference;
  /** Sketch dimension d = p * p. */
  readonly p: number;
  readonly seed: number;
  /** Loss over the completion as trained on, or over all of the sample's own text (nli: hypothesis and label). */
  readonly target: 'completion' | 'text';
  /** Padded tokens a batch; speed only, never the result. */
  readonly tokenBudget: number;
  /** Rows of one part: the unit of fan-out. */
  readonly shardRows: number;
}

export interface SelectionConfig {
  /** The paper's rule, the set that keeps the spectrum flattest, or the control. */
  readonly method: 'sparse-clusters' | 'spectral' | 'random';
  /** Clusters as a share of the pool. */
  readonly clusterShare: number;
  /** The least populated part that counts as sparse. */
  readonly sparseShare: number;
  /** Accepted samples a round, at most. */
  readonly accept: number;
  /** Candidates that verification refused to sketch a round, at most, so that sparse and dense regions can be compared. */
  readonly audit: number;
}

export interface CampaignConfig {
  readonly name: string;
  readonly task: TaskName;
  readonly seed: number;
  readonly store: StoreLocation;
  readonly seeds: readonly SampleSource[];
  readonly benchmarks: readonly BenchmarkConfig[];
  readonly rounds: number;
  readonly generators: readonly GeneratorConfig[];
  readonly filters: FilterConfig;
  readonly decontamination: DecontaminationConfig;
  readonly sketch: SketchConfig;
  readonly selection: SelectionConfig;
  /** Absent: no student; the campaign ends with the pool. */
  readonly student?: TrainerConfig;
  readonly stop: StopConfig;
  readonly budget: BudgetConfig;
  readonly prices: PriceTable | null;
  /** Name of a built-in prompt template -> absolute path of the file that replaces it. */
  readonly prompts: Readonly<Record<string, string>>;
}

/** What every activity needs to know of the campaign it works for. */
export interface CampaignContext {
  readonly campaign: string;
  readonly task: TaskName;
  readonly seed: number;
  readonly store: StoreLocation;
  readonly prompts: Readonly<Record<string, string>>;
}
