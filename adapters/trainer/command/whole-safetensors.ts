// Whether a safetensors file is whole: a program that was killed, or that found the disk full, leaves the beginning of one.

import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';

const Entry = z.object({ data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]) });
const Table = z.record(z.string(), z.unknown());

/** What the safetensors reference itself allows for the table. */
const LARGEST_TABLE = 100_000_000;

/** Looks at the table alone, and at the length of the file that follows from it. */
export async function isWholeSafetensors(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Number((await bytesAt(file, 0, 8)).readBigUInt64LE());
    if (length > Math.min(size - 8, LARGEST_TABLE)) return false;
    const { __metadata__: _, ...entries } = Table.parse(JSON.parse((await bytesAt(file, 8, length)).toString()));
    const ends = Object.values(entries).map((entry) => Entry.parse(entry).data_offsets[1]);
    return size >= 8 + length + ends.reduce((last, end) => Math.max(last, end), 0);
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError || error instanceof z.ZodError) return false;
    throw error;
  } finally {
    await file.close();
  }
}

/** @throws {RangeError} where the file ends before */
async function bytesAt(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
  if (bytesRead < length) throw new RangeError(`${bytesRead} of ${length} bytes at ${start}`);
  return buffer;
}
