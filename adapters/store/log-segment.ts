// A segment of the response log: entries as JSON lines, packed with gzip into one object whose name says how long the lines are.

import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { LogEntry } from '../../activities/ports/store.ts';
import { PermanentError } from '../../contracts/failures.ts';
import { sha256 } from './sha256.ts';

/** One line, as far as its first bytes tell. */
export interface SegmentLine {
  readonly hash: string;
  readonly offset: number;
  readonly length: number;
}

const LINE_FEED = 10;
const HASH_START = '{"hash":"'.length;
const HASH_LENGTH = 64;
const HASH = /^[0-9a-f]{64}$/;

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** Prompts of one campaign are much alike: even the fastest level makes them several times smaller. */
export const packLines = (lines: Uint8Array): Promise<Uint8Array> => zip(lines, { level: 1 });

/** @throws {PermanentError} `CorruptArtifact` for bytes that no `packLines` made */
export async function unpackLines(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  try {
    return await unzip(bytes);
  } catch (cause) {
    throw damaged(name, `${bytes.length} bytes that are no gzip`, cause);
  }
}

/** The hash comes first, at a fixed place, so that a segment is indexed without parsing its lines. */
export function encodeLine({ hash, id, content }: LogEntry): Uint8Array {
  if (!HASH.test(hash)) {
    const found = JSON.stringify(hash);
    throw new PermanentError(
      'InvalidData',
      `store: ${found} is no hash of a request; expected 64 lower-case hex digits`,
    );
  }
  return new TextEncoder().encode(`${JSON.stringify({ hash, id, content })}\n`);
}

/** @throws {PermanentError} `CorruptArtifact` for bytes that no `encodeLine` made */
export function* linesOf(bytes: Uint8Array, name: string): Generator<SegmentLine> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; offset < text.length;) {
    const end = text.indexOf(LINE_FEED, offset);
    const hash = text.toString('latin1', offset + HASH_START, offset + HASH_START + HASH_LENGTH);
    if (end < 0 || !HASH.test(hash)) throw damaged(name, `no entry at byte ${offset}`);
    yield { hash, offset, length: end + 1 - offset };
    offset = end + 1;
  }
}

/** @throws {PermanentError} `CorruptArtifact` when the line is no entry */
export function decodeLine(bytes: Uint8Array, name: string, { offset, length }: Omit<SegmentLine, 'hash'>): LogEntry {
  try {
    return JSON.parse(new TextDecoder().decode(bytes.subarray(offset, offset + length))) as LogEntry;
  } catch (cause) {
    throw damaged(name, `no entry at byte ${offset}`, cause);
  }
}

/** The lines of several segments, each entry once, in the order in which they come. */
export function joinSegments(segments: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Uint8Array {
  const seen = new Set<string>();
  const lines: Uint8Array[] = [];
  for (const { name, bytes } of segments) {
    for (const line of linesOf(bytes, name)) {
      const { hash, id } = decodeLine(bytes, name, line);
      const entry = `${hash} ${id}`;
      if (!seen.has(entry)) lines.push(bytes.subarray(line.offset, line.offset + line.length));
      seen.add(entry);
    }
  }
  return Buffer.concat(lines);
}

/** A name of its own for what one process wrote at one moment. */
export const freshName = (bytes: Uint8Array): string => `${bytes.length}-${randomUUID()}.jsonl.gz`;

/** The same entries get the same name, whoever joins them. */
export const joinedName = (bytes: Uint8Array): string => `${bytes.length}-${sha256(bytes)}.jsonl.gz`;

export const bytesByName = (name: string): number => Number.parseInt(name, 10);

function damaged(name: string, found: string, cause?: unknown): PermanentError {
  return new PermanentError(
    'CorruptArtifact',
    `store: segment ${name} of the response log is damaged: found ${found}, expected packed lines of JSON that start with a ` +
      'hash; restore this object from a copy of the store, or delete it and its requests are asked again',
    { cause },
  );
}
