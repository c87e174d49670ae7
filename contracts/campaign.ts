// A campaign as its user describes it: the parsed, resolved form of a campaign file. config/schema.ts checks it.

import type { TaskName } from './samples.ts';

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

/** Rows of an existing data set; a seeded shuffle makes `skip` and `count` disjoint draws of one file. */
export interface FileSource {
  readonly kind: 'file';
  /** Absolute once the campaign file is loaded. */
  readonly path: string;
  readonly format: 'jsonl' | 'csv' | 'tsv' | 'json' | 'parquet';
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

/** `model` is a name of the catalogue, or a folder or GGUF file. */
export type ModelReference = string;

export interface Endpoint {
  /** An OpenAI-compatible base URL, or `embedded`. */
  readonly url: string;
  /** `env:NAME`; absent: no key is sent. */
  readonly apiKey?: string;
  readonly model: string;
}

export interface SamplingParameters {
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
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
}

export interface LanguageModelGeneratorConfig {
  readonly kind: 'llm';
  readonly name: string;
  readonly endpoint: Endpoint;
  /** Requests a round. */
  readonly requests: number;
  /** Examples drawn from the whole pool for each request. */
  readonly fewShots: number;
  /** Independent attempts that must agree before a candidate counts. */
  readonly attempts: number;
  readonly agreement: number;
  readonly sampling: SamplingParameters;
}

export type GeneratorConfig = SymbolicGeneratorConfig | FileGeneratorConfig | LanguageModelGeneratorConfig;

export interface BenchmarkConfig {
  readonly name: string;
  readonly distribution: 'in' | 'out';
  readonly sources: readonly SampleSource[];
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
}

export interface EmbeddedTrainerConfig {
  readonly kind: 'embedded';
  readonly model: ModelReference;
  readonly lora: { readonly rank: number; readonly alpha: number; readonly layers: number };
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly warmupShare: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly checkpointEverySteps: number;
}

export interface CommandTrainerConfig {
  readonly kind: 'command';
  readonly model: ModelReference;
  /** Program and arguments; `{{placeholders}}` are filled in, no shell. */
  readonly command: readonly string[];
  readonly dataFormat: 'prompt-completion' | 'messages';
  /** No progress for so long counts as a stall. */
  readonly stallMinutes: number;
  readonly environment: Readonly<Record<string, string>>;
}

export type TrainerConfig = EmbeddedTrainerConfig | CommandTrainerConfig;

export interface CampaignConfig {
  readonly name: string;
  readonly task: TaskName;
  readonly seed: number;
  readonly store: StoreLocation;
  readonly seeds: readonly SampleSource[];
  readonly benchmarks: readonly BenchmarkConfig[];
  readonly rounds: number;
  readonly generators: readonly GeneratorConfig[];
  readonly decontamination: { readonly ngram: number; readonly overlap: number; readonly commonShare: number };
  readonly sketch: SketchConfig;
  readonly selection: SelectionConfig;
  /** Absent: no student; the campaign ends with the pool. */
  readonly student?: TrainerConfig;
  /** Language-model tokens, prompt and completion; reaching it pauses the campaign. */
  readonly budget: { readonly tokens: number | null };
}

/** What every activity needs to know of the campaign it works for. */
export interface CampaignContext {
  readonly campaign: string;
  readonly task: TaskName;
  readonly seed: number;
  readonly store: StoreLocation;
}
