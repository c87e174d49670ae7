// The bytes of a file in pieces, unpacked where its name ends with .gz.

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { unreadable } from './raw-row.ts';

/** @throws {PermanentError} `InvalidData` for a packed file that is damaged or cut */
export async function* readBytes(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  if (!path.toLowerCase().endsWith('.gz')) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  // The callback form ends the file with the unpacker, also when a reader stops early; its error comes out of the loop.
  const unpacked = pipeline(file, createGunzip(), () => undefined);
  try {
    yield* unpacked as AsyncIterable<Buffer>;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw error;
    throw unreadable(path, 1, 'the file is no whole gzip file; fetch it again, or unpack it first', error);
  }
}

/** The whole file as text; a byte order mark is dropped. */
export async function readText(path: string): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const bytes of readBytes(path)) pieces.push(bytes);
  return new TextDecoder('utf-8').decode(Buffer.concat(pieces));
}
