// Trainers as activities see them: started or adopted by a run key, polled, cancelled, collected.

import type { TrainerConfig } from '../../contracts/campaign.ts';
import type { ChatExample } from './models.ts';
import type { Store } from './store.ts';

export interface TrainingSpecification {
  /** Names the run for ever: a second start with the same key adopts the first. */
  readonly runKey: string;
  readonly trainer: TrainerConfig;
  readonly examples: readonly ChatExample[];
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
}

export interface TrainedStudent {
  readonly files: readonly { readonly path: string; readonly mediaType: string; readonly bytes: Uint8Array }[];
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
