// Where the weights of students lie on this machine: their checkpoints' files in the prepared form, under the checkpoint's hash.

import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { StudentFiles } from '../../activities/ports/models.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { parseModelConfig } from '../../core/models/model-config.ts';
import { WEIGHTS_FILE } from '../../core/models/parameters.ts';
import type { WeightTensor } from '../../core/models/parameters.ts';
import { withFolderLock } from '../process/folder-lock.ts';
import { cacheFolder } from './cache.ts';
import { openHuggingFaceFolder } from './hugging-face-folder.ts';
import { writeModelFiles } from './prepare.ts';
import type { PreparedModel } from './prepare.ts';
import { openSafetensors } from './safetensors-file.ts';
import { readWeightsIndex, verifyWeights, writeWeights } from './weights-file.ts';
import type { WeightsIndex } from './weights-file.ts';

/** The file of a student that holds tensors by their Hugging Face names. */
export const TENSORS = 'tensors.safetensors';

const STUDENTS = 'students';

/** Students that stay laid out in one place; the least recently opened goes first, and is laid out again when it is wanted. */
const studentsKept = 16;

/**
 * The tensors of a student below the prepared folder of its base, where a graph over the base's weights finds them too.
 * @returns where each lies, relative to that folder
 */
export async function layOutTensors(baseFolder: string, student: StudentFiles): Promise<readonly WeightTensor[]> {
  const relative = join(STUDENTS, student.key);
  const folder = join(baseFolder, relative);
  const index = await laidOut(folder, async (work) => {
    const path = join(work, TENSORS);
    await writePieces(student, TENSORS, path);
    const { tensors, close } = await openSafetensors(path);
    try {
      const written = await writeWeights(work, tensors, { sha256: student.key, files: [] });
      await writeFile(join(work, 'weights.json'), JSON.stringify(written));
    } finally {
      await close();
      await rm(path);
    }
  });
  return index.tensors.map((tensor) => ({ ...tensor, file: join(relative, WEIGHTS_FILE) }));
}

/**
 * A student that is a whole Hugging Face folder, prepared as any model is.
 * @throws {PermanentError} `UnsupportedModel` for an architecture that is not computed here
 */
export async function layOutFolder(student: StudentFiles): Promise<PreparedModel> {
  const folder = join(cacheFolder(), STUDENTS, student.key);
  const name = `student ${student.key.slice(0, 12)}`;
  const weights = await laidOut(folder, async (work) => {
    await requireDecoder(student);
    const given = join(work, 'given');
    await mkdir(given);
    for (const { path } of student.files) await writePieces(student, path, join(given, path));
    const source = await openHuggingFaceFolder(given);
    try {
      await writeModelFiles({ name, folder: work }, source, student.key);
    } finally {
      await source.close();
      await rm(given, { recursive: true });
    }
  });
  return { name, folder, weights };
}

/** Fills the folder through `write` unless it is there, whole: what lies under a hash does not change. */
async function laidOut(folder: string, write: (work: string) => Promise<void>): Promise<WeightsIndex> {
  const found = await readWeightsIndex(folder);
  if (found === undefined) {
    await withFolderLock(`${folder}.lock`, async () => {
      if ((await readWeightsIndex(folder)) === undefined) await moveInto(folder, write);
    });
    await removeOldest(dirname(folder));
  }
  const index = found ?? (await readWeightsIndex(folder));
  if (index === undefined) throw missing(folder);
  await verifyWeights(folder, index);
  const now = new Date();
  await utimes(folder, now, now);
  return index;
}

/** The caller holds the lock, so that parts found now belong to processes that were killed. */
async function moveInto(folder: string, write: (work: string) => Promise<void>): Promise<void> {
  const part = `${folder}.part-`;
  for (const name of await readdir(dirname(folder))) {
    const path = join(dirname(folder), name);
    if (path === folder || path.startsWith(part)) await rm(path, { recursive: true });
  }
  const work = await mkdtemp(part);
  try {
    await write(work);
    await rename(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A graph that has its weights open keeps them; files that are removed stay until it is closed. */
async function removeOldest(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => /^[0-9a-f]{64}$/.test(name));
  const aged = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(parent, name)).catch(() => undefined))?.mtimeMs ?? 0 })),
  );
  const surplus = aged.sort((one, other) => other.at - one.at).slice(studentsKept);
  for (const { name } of surplus) await rm(join(parent, name), { recursive: true, force: true });
}

async function writePieces(student: StudentFiles, file: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await pipeline(student.pieces(file), createWriteStream(path));
}

async function requireDecoder(student: StudentFiles): Promise<void> {
  const config = JSON.parse(new TextDecoder().decode(await student.read('config.json'))) as unknown;
  try {
    parseModelConfig(config, `config.json of the student ${student.key.slice(0, 12)}`);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    throw new PermanentError(
      FailureType.UnsupportedModel,
      `${error.message}. Such a student is not computed here; serve it with a program that knows it and have it evaluated ` +
        'through its endpoint (server:).',
      { cause: error },
    );
  }
}

function missing(folder: string): PermanentError {
  return new PermanentError(
    FailureType.MissingModel,
    `The student's weights at ${folder} went away while they were opened; is another process emptying the cache? Try again.`,
  );
}
