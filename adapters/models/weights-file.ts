// The prepared form of a model's weights: `weights.bin`, float32 little endian, each tensor at a multiple of 64 bytes,
// and `weights.json`, which says where each tensor lies and what the whole hashes to.

import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { WEIGHTS_FILE } from '../../core/models/parameters.ts';
import type { WeightTensor } from '../../core/models/parameters.ts';
import { hashFile } from './file-hash.ts';
import type { FileStamp, SourceTensor } from './model-source.ts';

const weightsFormat = 1;
const alignment = 64;

/** The content of `weights.json`. */
export interface WeightsIndex {
  readonly format: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly source: { readonly sha256: string; readonly files: readonly FileStamp[] };
  readonly tensors: readonly WeightTensor[];
}

/**
 * Writes `weights.bin` into `folder`, one tensor in memory at a time; the index is returned, not written.
 * @throws {PermanentError} `CorruptModel` for a weight that is infinite or not a number
 */
export async function writeWeights(
  folder: string,
  sourceTensors: readonly SourceTensor[],
  source: WeightsIndex['source'],
): Promise<WeightsIndex> {
  const hash = createHash('sha256');
  const tensors: WeightTensor[] = [];
  const file = await open(join(folder, WEIGHTS_FILE), 'w');
  let position = 0;
  const append = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes);
    await file.writeFile(bytes);
    position += bytes.byteLength;
  };
  try {
    for (const tensor of sourceTensors) {
      const values = await tensor.read();
      requireFinite(tensor.name, values);
      await append(new Uint8Array((alignment - (position % alignment)) % alignment));
      tensors.push({ name: tensor.name, shape: tensor.shape, offset: position, length: values.byteLength });
      await append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { format: weightsFormat, bytes: position, sha256: hash.digest('hex'), source, tensors };
}

/** One such weight makes every loss and every gradient not a number, far from where it stands. */
function requireFinite(name: string, values: Float32Array): void {
  let place = 0;
  while (place < values.length && Number.isFinite(values[place])) place++;
  if (place === values.length) return;
  throw new PermanentError(
    FailureType.CorruptModel,
    `Tensor "${name}" has ${values[place]} at place ${place} of ${values.length}; expected finite weights. The model ` +
      'is damaged, or its training diverged: download it again, or use another.',
  );
}

/** The index of a prepared folder, or undefined when there is none of this format or `weights.bin` has another size. */
export async function readWeightsIndex(folder: string): Promise<WeightsIndex | undefined> {
  const text = await readFile(join(folder, 'weights.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const index = parseIndex(text);
  const found = await stat(join(folder, WEIGHTS_FILE)).catch(() => undefined);
  return index?.format === weightsFormat && index.bytes === found?.size ? index : undefined;
}

const verified = new Map<string, Promise<void>>();

/**
 * Checks every byte of `weights.bin` against the index, once per process for a file that has not changed since.
 * @throws {PermanentError} `CorruptModel` when the hash differs
 */
export async function verifyWeights(folder: string, index: WeightsIndex): Promise<void> {
  const path = join(folder, WEIGHTS_FILE);
  const { size, mtimeMs } = await stat(path);
  const key = [path, size, mtimeMs, index.sha256].join('|');
  let check = verified.get(key);
  if (check === undefined) {
    check = compareHash(path, index.sha256);
    verified.set(key, check);
    check.catch(() => verified.delete(key));
  }
  return check;
}

async function compareHash(path: string, expected: string): Promise<void> {
  const found = await hashFile(path);
  if (found === expected) return;
  throw new PermanentError(
    FailureType.CorruptModel,
    `${path} changed since it was written: found sha256 ${found}, expected ${expected}. ` +
      'Delete its folder and prepare the model again.',
  );
}

function parseIndex(text: string): WeightsIndex | undefined {
  try {
    return JSON.parse(text) as WeightsIndex;
  } catch {
    return undefined;
  }
}
