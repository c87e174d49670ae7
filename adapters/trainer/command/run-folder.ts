// Where a run's files lie. Everything that is known of a run stands here, so any process can take it over.

import { join } from 'node:path';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';

export interface RunFolder {
  readonly root: string;
  /** `{{dataset_dir}}`: the training set, and what tells the program how to read it. */
  readonly data: string;
  readonly trainFile: string;
  readonly configFile: string;
  /** `{{program}}`: a program of ours, as it was when the run began its newest attempt. */
  readonly program: string;
  /** `{{output_dir}}`: checkpoints, and the model files at the end. */
  readonly output: string;
  /** What DIFFRACT_PROGRESS_FILE names. */
  readonly progress: string;
  /** stdout and stderr of all attempts. */
  readonly log: string;
  /** One folder per attempt, by number: lease, ending and exit. */
  readonly attempts: string;
}

/** @throws {PermanentError} `InvalidConfig` for a key that is no name of a folder */
export function runFolder(workFolder: string, runKey: string): RunFolder {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(runKey)) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `The run key "${runKey}" cannot name a folder: expected up to 200 letters, digits, dots, dashes and underscores.`,
    );
  }
  const root = join(workFolder, runKey);
  return {
    root,
    data: join(root, 'data'),
    trainFile: join(root, 'data', 'train.jsonl'),
    configFile: join(root, 'config.yaml'),
    program: join(root, 'program.py'),
    output: join(root, 'output'),
    progress: join(root, 'progress.jsonl'),
    log: join(root, 'trainer.log'),
    attempts: join(root, 'attempts'),
  };
}
