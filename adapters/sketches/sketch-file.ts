// Sketches on disk while they are made: a header, then records of one size, appended batch by batch. A process that is killed
// loses the batches that it had not appended yet; a record that is not whole is not there.

import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ModelHashes, SketchedExample } from '../../activities/ports/models.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { RowSource } from '../../core/diversity/row-source.ts';
import { itemAt } from '../../core/item-at.ts';
import { decodeRecord, encodeRecord, keyOf, recordBytes, sketchIn } from './sketch-record.ts';
import { readRecords } from './record-runs.ts';

/** Everything that decides a sketch but the example itself. */
export interface SketchOrigin extends ModelHashes {
  readonly specification: string;
  readonly dimension: number;
}

/** What is kept of an example; the sketch itself is read by `rows`. */
export interface StoredSketch extends Omit<SketchedExample, 'sketch'> {
  readonly record: number;
}

export interface SketchFile {
  get(key: string): StoredSketch | undefined;
  /** Durable once this resolves. */
  append(examples: readonly { readonly key: string; readonly result: SketchedExample }[]): Promise<void>;
  /** The sketches of examples that have one, in the order given; also while another process appends. */
  rows(keys: readonly string[]): RowSource;
  close(): Promise<void>;
}

const HEADER_BYTES = 4096;
const BLOCK_BYTES = 1 << 24;

/** Hex, 128 bits: the same text of prompt and completion has one sketch, wherever it stands. */
export function exampleKey({ prompt, completion }: { readonly prompt: string; readonly completion: string }): string {
  const hash = createHash('sha256').update(JSON.stringify([prompt, completion]));
  return hash.digest('hex').slice(0, 32);
}

/**
 * Opens the file at `path`, or begins it. The caller holds a lock: one process appends at a time.
 * @throws {PermanentError} `CorruptArtifact` when it was begun with other sketches, or its header cannot be read
 */
export async function openSketchFile(path: string, origin: SketchOrigin): Promise<SketchFile> {
  await mkdir(dirname(path), { recursive: true });
  // Not in append mode: a torn record at the end is written over.
  const file = await open(path, 'a+').then(async (made) => {
    await made.close();
    return open(path, 'r+');
  });
  try {
    await requireHeader(file, path, origin);
    const index = await readIndex(file, origin.dimension);
    return serve(file, origin.dimension, index);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function serve(file: FileHandle, dimension: number, { index, records }: Index): SketchFile {
  const size = recordBytes(dimension);
  let next = records;
  return {
    get: (key) => index.get(key),
    async append(examples) {
      const bytes = Buffer.concat(examples.map(({ key, result }) => encodeRecord(key, result, dimension)));
      await writeWhole(file, bytes, HEADER_BYTES + next * size);
      await file.datasync();
      for (const { key, result } of examples) {
        const { loss, tokens, truncated, excluded } = result;
        index.set(key, { record: next++, loss, tokens, truncated, excluded });
      }
    },
    rows: (keys) => ({
      count: keys.length,
      dimension,
      read: async (start, end) => {
        const values = new Float32Array((end - start) * dimension);
        const wanted = keys.slice(start, end);
        const numbers = Uint32Array.from(wanted, (key) => index.get(key)?.record ?? moved(key));
        // Every record was checked as a whole when the file was opened, or written since.
        await readRecords(file, { first: HEADER_BYTES, size }, numbers, (bytes, position) => {
          const key = itemAt(wanted, position);
          if (keyOf(bytes) !== key) moved(key);
          values.set(sketchIn(bytes, dimension), position * dimension);
        });
        return { values, count: end - start, dimension };
      },
    }),
    close: () => file.close(),
  };
}

/** One write may take fewer bytes than it was given, as on a disk that is nearly full. */
async function writeWhole(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

function moved(key: string): never {
  throw new PermanentError(
    FailureType.CorruptArtifact,
    `The sketch of example ${key} is not where it was written: the file was changed by other hands. Run the command again.`,
  );
}

interface Index {
  readonly index: Map<string, StoredSketch>;
  /** Whole and broken records before the first byte that may be written over. */
  readonly records: number;
}

/** A broken record in the middle, which only a failing machine leaves behind, is passed over and made again. */
async function readIndex(file: FileHandle, dimension: number): Promise<Index> {
  const size = recordBytes(dimension);
  const { size: bytes } = await file.stat();
  const whole = Math.floor(Math.max(0, bytes - HEADER_BYTES) / size);
  const index = new Map<string, StoredSketch>();
  const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / size));
  for (let start = 0; start < whole; start += perBlock) {
    const records = Uint32Array.from({ length: Math.min(perBlock, whole - start) }, (_, at) => start + at);
    await readRecords(file, { first: HEADER_BYTES, size }, records, (record, position) => {
      const decoded = decodeRecord(record, dimension);
      if (decoded === null) return;
      const { key, loss, tokens, truncated, excluded } = decoded;
      index.set(key, { record: start + position, loss, tokens, truncated, excluded });
    });
  }
  return { index, records: whole };
}

async function requireHeader(file: FileHandle, path: string, origin: SketchOrigin): Promise<void> {
  const expected = headerOf(origin);
  const found = Buffer.alloc(HEADER_BYTES);
  const { bytesRead } = await file.read(found, 0, HEADER_BYTES, 0);
  // A header is written and made durable before any record, so a short one has nothing after it.
  if (bytesRead < HEADER_BYTES) {
    await file.truncate(0);
    await writeWhole(file, expected, 0);
    await file.datasync();
    return;
  }
  if (found.equals(expected)) return;
  throw new PermanentError(
    FailureType.CorruptArtifact,
    `${path} holds other sketches: found ${found.toString('utf8').trim().slice(0, 400)}; expected ` +
      `${expected.toString('utf8').trim()}. Delete the file to sketch anew.`,
  );
}

function headerOf(origin: SketchOrigin): Buffer {
  const { specification, dimension, weights, config, tokenizer, template } = origin;
  const fields = { format: 'diffract-sketches/1', specification, dimension, weights, config, tokenizer, template };
  return Buffer.from(JSON.stringify(fields).padEnd(HEADER_BYTES - 1) + '\n');
}
