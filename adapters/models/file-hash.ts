// What a file holds and when it last changed.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { FileStamp } from './model-source.ts';

/** The SHA-256 of the file at `path` as 64 hexadecimal digits; reads in pieces, so memory stays small. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** @throws {PermanentError} `MissingModel` when there is no file at `path` */
export async function stampFile(path: string): Promise<FileStamp> {
  const found = await look(path);
  if (found?.isFile()) return { path, bytes: found.size, modifiedMs: found.mtimeMs };
  throw new PermanentError(
    FailureType.MissingModel,
    `No model file at ${path}${found ? ' (something else lies there)' : ''}; expected a file. Check the path, or pull the model.`,
  );
}

/** Stamps of those files that are there: a change of any of them is a change of the model. */
export async function stampExisting(folder: string, names: readonly string[]): Promise<FileStamp[]> {
  const stamps: FileStamp[] = [];
  for (const name of names) {
    const path = join(folder, name);
    if ((await look(path)) !== undefined) stamps.push(await stampFile(path));
  }
  return stamps;
}

async function look(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  });
}
