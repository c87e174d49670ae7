// The file of a data set, looked for before it is opened, so that its absence is told once and is never retried.

import { stat } from 'node:fs/promises';
import { FailureType, PermanentError } from '../../contracts/failures.ts';

/** @throws {PermanentError} `InvalidData` when no file lies at `path` */
export async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (found?.isFile()) return;
  throw new PermanentError(
    FailureType.InvalidData,
    `No data set at ${path}${found ? ' (a folder lies there)' : ''}; expected a file. Check the path of this source.`,
  );
}
