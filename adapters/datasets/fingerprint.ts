// What a stage key knows of a data set's file: its content.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { requireFile } from './require-file.ts';

/**
 * Hex sha256 of the file at `path`.
 * @throws {PermanentError} `InvalidData` when no file lies there
 */
export async function fingerprint(path: string): Promise<string> {
  await requireFile(path);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
