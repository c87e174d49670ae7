// A look at the first 24 bytes of a GGUF file. llama.cpp's reader believes the counts it finds there, and on a damaged
// file it may never come back.

import { open } from 'node:fs/promises';
import { FailureType, PermanentError } from '../../contracts/failures.ts';

const HEADER_BYTES = 24;
const SMALLEST_ENTRY_BYTES = 12;

/**
 * @throws {PermanentError} `MissingModel` when there is no such file, `CorruptModel` when it does not begin like a
 * little-endian GGUF file of version 2 or 3 that is long enough for the entries it announces
 */
export async function checkGgufHeader(path: string): Promise<void> {
  const { header, size } = await readHeader(path);
  const entriesFit = (offset: number): boolean =>
    header.readBigUInt64LE(offset) * BigInt(SMALLEST_ENTRY_BYTES) <= BigInt(size);
  const sound =
    size > HEADER_BYTES &&
    header.toString('latin1', 0, 4) === 'GGUF' &&
    [2, 3].includes(header.readUInt32LE(4)) &&
    entriesFit(8) &&
    entriesFit(16);
  if (sound) return;
  const expected = 'Expected "GGUF", version 2 or 3, and counts that the file is long enough for; fetch it again.';
  throw new PermanentError(FailureType.CorruptModel, `${path} (${size} bytes) is no whole GGUF file. ${expected}`);
}

async function readHeader(path: string): Promise<{ header: Buffer; size: number }> {
  try {
    const file = await open(path, 'r');
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      await file.read(header, 0, HEADER_BYTES, 0);
      return { header, size: (await file.stat()).size };
    } finally {
      await file.close();
    }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new PermanentError(FailureType.MissingModel, `The model file ${path} cannot be read: ${words}.`, {
      cause: error,
    });
  }
}
