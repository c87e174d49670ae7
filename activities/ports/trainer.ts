// Trainers as activities see them: started or adopted by a run key, polled, cancelled, collected.

import type { TrainerConfig } from '../../contracts/trainers.ts';
import type { ChatExample, StudentForm } from './models.ts';
import type { Store } from './store.ts';

export interface TrainingSpecification {
  /** Names the run for ever: a second start with the same key adopts the first. */
  readonly runKey: string;
  readonly trainer: TrainerConfig;
  readonly examples: readonly ChatExample[];
  /** All completions there can be, where the task has a closed set of them: the classes of an encoder's head. */
  readonly labels?: readonly string[];
  readonly seed: number;
  /** Where checkpoints go and come back from. */
  readonly store: Store;
}

export interface TrainingProgress {
  readonly state: 'running' | 'succeeded' | 'failed';
  readonly step: number;
  readonly totalSteps: number;
  readonly loss: number | null;
  /** Why it failed; null otherwise. */
  readonly failure: string | null;
  /** Of a failure: another start later may go well, as after an outage. */
  readonly transient?: boolean;
}

/** A file that a trainer leaves; its bytes in order, so that large weights need not be in memory at once. */
export interface TrainedFile {
  readonly path: string;
  readonly mediaType: string;
  readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

export interface TrainedStudent {
  readonly form: StudentForm;
  readonly files: readonly TrainedFile[];
  readonly steps: number;
  readonly firstLoss: number;
  readonly lastLoss: number;
}

export interface TrainingRun {
  poll(): Promise<TrainingProgress>;
  cancel(): Promise<void>;
  /** @throws {PermanentError} `TrainingFailed` unless it exited well, the weights are there and the step target is met */
  collect(): Promise<TrainedStudent>;
}

export interface Trainer {
  start(specification: TrainingSpecification): Promise<TrainingRun>;
}

export type TrainerFor = (config: TrainerConfig) => Trainer;
