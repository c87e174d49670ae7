// What a trainer left at the end: judged first, then read.

import { createReadStream } from 'node:fs';
import { extname, join } from 'node:path';
import type { TrainedStudent } from '../../../activities/ports/trainer.ts';
import { hasWeights, listFolder } from './checkpoints.ts';
import type { ReportedProgress } from './progress-entry.ts';

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
const PIECE_BYTES = 2 ** 20;

/** Null when the run is complete: weights in the output folder, losses reported, the step target met. */
export async function whatIsMissing(output: string, progress: ReportedProgress | null): Promise<string | null> {
  if (!(await hasWeights(output))) {
    const names = await listFolder(output);
    return `no whole weights in ${output}; found ${names.length > 0 ? names.sort().join(', ') : 'nothing'}`;
  }
  if (progress === null || progress.firstLoss === null) {
    return 'no step with a loss was reported, neither to DIFFRACT_PROGRESS_FILE nor in files of the output folder';
  }
  if (progress.notFinite.since !== null) {
    return `from step ${progress.notFinite.since} on its loss is no number (NaN or infinite): the weights are lost`;
  }
  if (progress.step < progress.totalSteps) return `it stands at step ${progress.step} of ${progress.totalSteps}`;
  return null;
}

/** The files of the model at the root of the output folder, in the order of their names: a whole model, or an adapter of one. */
export async function trainedModel(output: string): Promise<Pick<TrainedStudent, 'form' | 'files'>> {
  const names = (await listFolder(output)).filter(
    (name) => extname(name) in MEDIA_TYPES && !NOT_OF_THE_MODEL.test(name),
  );
  const files = names.sort().map((name) => ({
    path: name,
    mediaType: MEDIA_TYPES[extname(name)] ?? 'application/octet-stream',
    pieces: piecesOf(join(output, name)),
  }));
  const whole = names.some((name) => /^(?:pytorch_)?model.*\.(?:safetensors|bin)$/.test(name));
  return { form: whole || !names.includes('adapter_config.json') ? 'folder' : 'adapter', files };
}

/** Opens the file when the first piece is asked for. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Uint8Array>;
}
