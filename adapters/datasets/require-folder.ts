// The folder that something is to be written into, looked for before the work that is to be written.

import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FailureType, PermanentError } from '../../contracts/failures.ts';

/** @throws {PermanentError} `InvalidConfig` unless `path` lies in a folder that takes new entries */
export async function requireFolderOf(path: string): Promise<void> {
  const folder = dirname(resolve(path));
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) throw unwritable(path, `no folder at ${folder}`, 'Make it first.');
  await access(folder, constants.W_OK).catch((error: unknown) => {
    throw unwritable(path, `folder ${folder}, which cannot be written to`, 'Name another.', error);
  });
}

function unwritable(path: string, found: string, remedy: string, cause?: unknown): PermanentError {
  return new PermanentError(
    FailureType.InvalidConfig,
    `Cannot write to ${path}: found ${found}; expected a folder to write into. ${remedy}`,
    { cause },
  );
}
