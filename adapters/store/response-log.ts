// The response log over any driver: entries are written as segments, many at a time, and found by an index in memory that
// follows the listing. Small segments are joined; joining, reading and writing may race in any order without loss.

import { randomInt } from 'node:crypto';
import type { LogEntry, ResponseLog, Store } from '../../activities/ports/store.ts';
import type { StoreDriver } from './driver.ts';
import { EntryIndex } from './entry-index.ts';
import { createGroupCommit } from './group-commit.ts';
import { responsePrefix } from './keys.ts';
import {
  bytesByName,
  decodeLine,
  encodeLine,
  freshName,
  joinedName,
  joinSegments,
  linesOf,
  packLines,
  unpackLines,
} from './log-segment.ts';
import { createSegmentReader, type SegmentReader } from './segment-reader.ts';
import { createShared } from './shared.ts';
import { TransientError } from '../../contracts/failures.ts';

export function createResponseLogs(driver: StoreDriver): Pick<Store, 'responseLog'> {
  const logs = new Map<string, ResponseLog>();
  return {
    responseLog(model) {
      const log = logs.get(model) ?? createResponseLog(new SegmentedLog(driver, responsePrefix(model)));
      logs.set(model, log);
      return log;
    },
  };
}

/** A log that changes under its reader is listed again, but not for ever: what a listing misses is read at the next. */
const LISTINGS = 5;

/** Segments read at a time by one that has many to learn of: a bucket takes its time for each. */
const READS_AT_ONCE = 8;

/** Segments from this size on are left as they are. */
const LARGE_BYTES = 16 * 2 ** 20;

/** Small segments that are joined; each process draws its own number between this and twice this, so that not all join at once. */
const SMALL_SEGMENTS = 64;

function createResponseLog(segments: SegmentedLog): ResponseLog {
  const commit = createGroupCommit<LogEntry>((entries) => segments.write(entries));
  const refresh = createShared(() => segments.follow());
  return {
    refresh,
    append: (entries) => commit.add(entries),
    find: (hash) => onceWhole(() => segments.find(hash), refresh),
    some: (matches) => onceWhole(() => segments.some(matches), refresh),
  };
}

/** Looks again after each listing while a segment that was looked for is gone: its entries lie in another one then. */
async function onceWhole<Found>(look: () => Promise<Found | null>, refresh: () => Promise<void>): Promise<Found> {
  for (let listing = 0; listing < LISTINGS; listing++) {
    const found = await look();
    if (found !== null) return found;
    await refresh();
  }
  // Taken for an entry that never was, an answer would be paid for again.
  throw new TransientError(
    `store: segments of the response log were gone at each of ${LISTINGS} looks, expected them where the listing shows them. ` +
      'Is somebody deleting them, or is the store far behind in its listings?',
  );
}

interface Segment {
  readonly number: number;
  readonly entries: number;
}

class SegmentedLog {
  readonly #driver: StoreDriver;
  /** Of its segments' keys; ends with `/`. */
  readonly #prefix: string;
  readonly #reader: SegmentReader;
  readonly #index = new EntryIndex();
  readonly #known = new Map<string, Segment>();
  /** By number; numbers are never given twice. */
  readonly #names = new Map<number, string>();
  readonly #enough = SMALL_SEGMENTS + randomInt(SMALL_SEGMENTS);
  #numbers = 0;

  constructor(driver: StoreDriver, prefix: string) {
    this.#driver = driver;
    this.#prefix = prefix;
    this.#reader = createSegmentReader(async (name) => {
      const packed = await driver.read(prefix + name);
      return packed === null ? null : unpackLines(packed, name);
    });
  }

  async write(entries: readonly LogEntry[]): Promise<void> {
    const bytes = Buffer.concat(entries.map(encodeLine));
    const name = freshName(bytes);
    await this.#driver.write(this.#prefix + name, await packLines(bytes));
    this.#learn(name, bytes);
    this.#reader.keep(name, bytes);
  }

  /** The entries of a request in the order of their ids; null when a segment that holds one is gone. */
  async find(hash: string): Promise<LogEntry[] | null> {
    const found = new Map<string, LogEntry>();
    for (const place of this.#index.find(hash)) {
      const name = this.#names.get(place.segment);
      const bytes = name === undefined ? null : await this.#reader.read(name);
      if (name === undefined || bytes === null) return null;
      const entry = decodeLine(bytes, name, place);
      if (entry.hash === hash) found.set(entry.id, entry);
    }
    return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Looks at the entries from the newest segment on; null when a segment is gone and none of the others has one. */
  async some(matches: (content: unknown) => boolean): Promise<boolean | null> {
    let whole = true;
    for (const name of [...this.#known.keys()].reverse()) {
      const bytes = await this.#reader.read(name);
      if (bytes === null) whole = false;
      else if (anyIn(bytes, name, matches)) return true;
    }
    return whole ? false : null;
  }

  /** Learns of the segments of other processes, and joins small ones. */
  async follow(): Promise<void> {
    for (let listing = 1; !(await this.#followListing()) && listing < LISTINGS;) listing++;
    const small = [...this.#known.keys()].filter((name) => bytesByName(name) < LARGE_BYTES).sort();
    if (small.length >= this.#enough) await this.#join(small);
  }

  /** True when all that was listed could be read. */
  async #followListing(): Promise<boolean> {
    const before = [...this.#known.keys()];
    const listed = new Set((await this.#driver.list(this.#prefix)).map((key) => key.slice(this.#prefix.length)));
    const news = [...listed].filter((name) => !this.#known.has(name));
    let whole = true;
    for (let start = 0; start < news.length; start += READS_AT_ONCE) {
      const read = news.slice(start, start + READS_AT_ONCE).map((name) => this.#learnStored(name));
      // What is gone was joined with others since the listing: its entries lie in a segment that a new listing shows.
      if ((await Promise.all(read)).includes(false)) whole = false;
    }
    // Only once what took their place is known. What this process wrote meanwhile is in no listing yet.
    if (whole) before.filter((name) => !listed.has(name)).forEach((name) => this.#forget(name));
    return whole;
  }

  /** False when there is no such segment any more. */
  async #learnStored(name: string): Promise<boolean> {
    const bytes = await this.#reader.read(name);
    if (bytes !== null && !this.#known.has(name)) this.#learn(name, bytes);
    return bytes !== null;
  }

  /** The joined segment is there before its pieces go, so every entry can be found at every moment. */
  async #join(names: readonly string[]): Promise<void> {
    const pieces: { name: string; bytes: Uint8Array }[] = [];
    let size = 0;
    for (const name of names) {
      if (size >= LARGE_BYTES) break;
      const bytes = await this.#reader.read(name);
      // Another process is joining the same pieces.
      if (bytes === null) return;
      pieces.push({ name, bytes });
      size += bytes.length;
    }
    const joined = joinSegments(pieces);
    const name = joinedName(joined);
    await this.#driver.writeIfAbsent(this.#prefix + name, await packLines(joined));
    if (!this.#known.has(name)) this.#learn(name, joined);
    const joinedPieces = pieces.filter((one) => one.name !== name);
    await Promise.all(joinedPieces.map((piece) => this.#driver.remove(this.#prefix + piece.name)));
    for (const piece of joinedPieces) this.#forget(piece.name);
  }

  #learn(name: string, bytes: Uint8Array): void {
    const number = this.#numbers++;
    let entries = 0;
    for (const { hash, offset, length } of linesOf(bytes, name)) {
      this.#index.add(hash, { segment: number, offset, length });
      entries += 1;
    }
    this.#known.set(name, { number, entries });
    this.#names.set(number, name);
  }

  #forget(name: string): void {
    const segment = this.#known.get(name);
    if (segment === undefined) return;
    this.#known.delete(name);
    this.#names.delete(segment.number);
    this.#index.forget(segment.number, segment.entries);
    this.#reader.drop(name);
  }
}

function anyIn(bytes: Uint8Array, name: string, matches: (content: unknown) => boolean): boolean {
  for (const line of linesOf(bytes, name)) {
    if (matches(decodeLine(bytes, name, line).content)) return true;
  }
  return false;
}
