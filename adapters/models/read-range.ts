// Reading an exact range of bytes from an open file.

import type { FileHandle } from 'node:fs/promises';
import { FailureType, PermanentError } from '../../contracts/failures.ts';

/** One read may deliver less than was asked for, as it does beyond 2 GiB. @throws {PermanentError} `CorruptModel` at the end */
export async function readRange(file: FileHandle, path: string, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) {
      throw new PermanentError(
        FailureType.CorruptModel,
        `${path} ended at byte ${position + filled}; expected ${length} bytes from ${position}. The file is cut short; ` +
          'fetch it again.',
      );
    }
    filled += bytesRead;
  }
  return bytes;
}
