// Students of a study as activities see them: prepared once for a pool and its benchmarks, then trained many times.

import type { Sample } from '../../contracts/samples.ts';
import type { TrialStudentConfig } from '../../contracts/study.ts';
import type { Task } from '../../tasks/task.ts';

export interface TrialStudentSetup {
  readonly pool: readonly Sample[];
  readonly benchmarks: ReadonlyMap<string, readonly Sample[]>;
  readonly task: Task;
}

export interface Training {
  /** Rows of the pool in the order to be learned from; one may stand several times. */
  readonly rows: Int32Array;
  /** Names every random choice of the training. */
  readonly key: string;
  readonly signal: AbortSignal;
}

export interface TrialStudent {
  readonly name: string;
  /** All that decides its answers besides the samples: settings and the hashes of its models; part of the stage key. */
  readonly identity: unknown;
  /** What guessing scores by benchmark, for a student that is graded by something else than the answer; absent: by the answers. */
  readonly chance?: ReadonlyMap<string, number>;
  /**
   * Trains on these rows and answers every benchmark. Equal rows and key give equal answers.
   * @returns by benchmark, one number a row: 1 for a right answer, 0 for a wrong one, or a share
   */
  run(training: Training): Promise<ReadonlyMap<string, Float32Array>>;
  /** Ends what it keeps open for its trials; absent where that is nothing. */
  close?(): Promise<void>;
}

/** @throws {PermanentError} `InvalidConfig` for a student that cannot do the task */
export type OpenTrialStudent = (config: TrialStudentConfig, setup: TrialStudentSetup) => Promise<TrialStudent>;
