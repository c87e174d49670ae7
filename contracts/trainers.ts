// What fine-tunes a student, as a campaign file describes it: on this machine, by a command, or as a job of a cluster.

import type { ModelReference } from './models.ts';

/** What of the model is trained: low-rank adapters on its last layers, the weight matrices of those layers, or everything. */
export type TrainingMethod =
  | { readonly kind: 'lora'; readonly rank: number; readonly alpha: number; readonly layers: number }
  | { readonly kind: 'last-layers'; readonly layers: number }
  | { readonly kind: 'full' };

export interface EmbeddedTrainerConfig {
  readonly kind: 'embedded';
  /** A decoder, or an encoder, which gets a classification head. */
  readonly model: ModelReference;
  readonly method: TrainingMethod;
  readonly epochs: number;
  /** Samples of one optimiser step; they are accumulated in micro-batches that fit. */
  readonly batchSize: number;
  readonly learningRate: number;
  /** After the warm-up: a half cosine or a line down to zero, or no change. */
  readonly schedule: 'cosine' | 'linear' | 'constant';
  readonly warmupShare: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  /** Tokens of a sample that are learned from; longer prompts lose their beginning. Absent: what the model can read. */
  readonly maxLength?: number;
  /** Several samples share one row of a batch and do not see each other. */
  readonly packing: boolean;
  readonly checkpointEverySteps: number;
}

/** Training programs whose configuration file can be written for them. */
export const trainerTemplateNames = ['trl', 'llama-factory', 'axolotl', 'seq2seq'] as const;
export type TrainerTemplateName = (typeof trainerTemplateNames)[number];

/** What `{{name}}` may stand for in a command and in settings; `{{?name}}` goes away where it stands for nothing. */
export const placeholderNames = [
  'model',
  'train_file',
  'dataset_dir',
  'dataset_name',
  'output_dir',
  'config_file',
  'program',
  'resume_checkpoint',
  'seed',
  'run_id',
  'attempt',
] as const;
export type PlaceholderName = (typeof placeholderNames)[number];

/** A value of a training program's configuration file. */
export type Setting =
  string | number | boolean | null | readonly Setting[] | { readonly [key: string]: Setting | undefined };

/** What a training program is told, wherever it runs. */
export interface TrainerProgram {
  readonly model: ModelReference;
  /** Whose configuration file is written; null: the command brings its own. */
  readonly template: TrainerTemplateName | null;
  /** Program and arguments; `{{placeholders}}` are filled in, no shell. */
  readonly command: readonly string[];
  /** Laid over the template's configuration. */
  readonly settings: Readonly<Record<string, Setting>>;
  readonly dataFormat: 'prompt-completion' | 'messages';
  readonly environment: Readonly<Record<string, string>>;
  /** What machine it wants, in words: shown, and no part of what decides the student. */
  readonly hardware?: string;
}

export interface CommandTrainerConfig extends TrainerProgram {
  readonly kind: 'command';
  /** No progress for so long counts as a stall. */
  readonly stallMinutes: number;
  /** Between the request to end and the end by force. */
  readonly graceSeconds: number;
  /** Tries that may crash or stall before the run counts as failed. */
  readonly attempts: number;
  /** Exit codes that ask for another try, whatever the log says. */
  readonly retryableExitCodes: readonly number[];
}

export interface KubernetesTrainerConfig extends TrainerProgram {
  readonly kind: 'kubernetes';
  /** A batch/v1 Job, or a TrainJob of Kubeflow Trainer. */
  readonly resource: 'Job' | 'TrainJob';
  readonly namespace: string;
  readonly image: string;
  /** Of a TrainJob: the ClusterTrainingRuntime it runs in. */
  readonly runtime: string;
  readonly nodes: number;
  /** Requests and limits of each node, as in `nvidia.com/gpu: '8'`. */
  readonly resources: Readonly<Record<string, string>>;
  /** A volume claim that the pods and this worker share: data, checkpoints and the student lie there. */
  readonly claim: string;
  /** Where this worker sees the claim. */
  readonly sharedFolder: string;
  readonly deadlineMinutes: number;
  /** No progress for so long while its pods run counts as a stall. */
  readonly stallMinutes: number;
  readonly attempts: number;
}

export type TrainerConfig = EmbeddedTrainerConfig | CommandTrainerConfig | KubernetesTrainerConfig;
