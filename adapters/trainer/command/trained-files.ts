// What a trainer left at the end: judged first, then read.

import { readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { TrainedStudent } from '../../../activities/ports/trainer.ts';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { hasWeights, listFolder } from './checkpoints.ts';
import type { ReportedProgress } from './progress.ts';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.safetensors': 'application/vnd.safetensors',
  '.bin': 'application/octet-stream',
  '.model': 'application/octet-stream',
  '.json': 'application/json',
  '.jinja': 'text/plain',
  '.txt': 'text/plain',
};

// State of the trainer, of no use to the student.
const NOT_OF_THE_MODEL = /^(?:training_args|optimizer|scheduler|rng_state).*|^trainer_state\.json$|_results\.json$/;
const LARGEST_FILE_BYTES = 2 ** 31 - 1;

/** Null when the run is complete: weights in the output folder, losses reported, the step target met. */
export async function whatIsMissing(output: string, progress: ReportedProgress | null): Promise<string | null> {
  if (!(await hasWeights(output))) {
    const names = await listFolder(output);
    return `no whole weights in ${output}; found ${names.length > 0 ? names.sort().join(', ') : 'nothing'}`;
  }
  if (progress === null || progress.firstLoss === null) {
    return 'no step with a loss was reported, neither to DIFFRACT_PROGRESS_FILE nor in files of the output folder';
  }
  if (progress.step < progress.totalSteps) return `it stands at step ${progress.step} of ${progress.totalSteps}`;
  return null;
}

/** The files of the model at the root of the output folder, in the order of their names. */
export async function readModelFiles(output: string): Promise<TrainedStudent['files']> {
  const names = (await listFolder(output)).filter(
    (name) => extname(name) in MEDIA_TYPES && !NOT_OF_THE_MODEL.test(name),
  );
  const files = [];
  for (const name of names.sort()) {
    const path = join(output, name);
    const { size } = await stat(path);
    if (size > LARGEST_FILE_BYTES) {
      throw new PermanentError(
        FailureType.TrainingFailed,
        `${path} has ${size} bytes; files up to 2 GiB can be collected. Have the trainer save smaller shards.`,
      );
    }
    const mediaType = MEDIA_TYPES[extname(name)] ?? 'application/octet-stream';
    files.push({ path: name, mediaType, bytes: new Uint8Array(await readFile(path)) });
  }
  return files;
}
