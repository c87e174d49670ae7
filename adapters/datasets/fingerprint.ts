// What a stage key knows of a data set: the content of its files.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DataPlace } from './data-file.ts';
import { dataFilesOf } from './data-files.ts';

/**
 * Hex sha256 of the file, or of the list of a folder's files that are read, with their names and hashes.
 * @throws {PermanentError} `InvalidData` when nothing lies there
 */
export async function fingerprint(place: DataPlace): Promise<string> {
  const files = await dataFilesOf(place);
  if (place.format !== 'hf-dataset') return hashOfFile(place.path);
  const list = createHash('sha256');
  for (const { path } of files) {
    list.update(`${await hashOfFile(path)}  ${relative(place.path, path).replaceAll('\\', '/')}\n`);
  }
  return list.digest('hex');
}

async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
