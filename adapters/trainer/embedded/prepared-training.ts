// What a run needs to know of the kind of student that it trains.

import type { TrainedStudent } from '../../../activities/ports/trainer.ts';
import type { Checkpoint } from '../../../core/training/checkpoint.ts';
import type { TakenStep } from '../../../core/training/loop.ts';
import type { TrainingSession } from '../../../core/training/training-session.ts';

export interface PreparedTraining {
  readonly session: TrainingSession;
  readonly totalSteps: number;
  /** Where a run begins that has no checkpoint yet. */
  start(): Promise<Checkpoint>;
  /** Takes the steps that are left on the session, one for each value asked for. */
  steps(stepsTaken: number): AsyncIterable<TakenStep>;
  /** The student as files; large tensors come piece by piece. */
  studentOf(checkpoint: Checkpoint): Pick<TrainedStudent, 'form' | 'files'>;
}
