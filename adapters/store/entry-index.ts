// Where the entries of the response log lie, by request hash: numbers in typed arrays, so that millions of responses fit.

import { GrowingColumns } from '../../core/text/growing-columns.ts';
import { KeyTable } from '../../core/text/key-table.ts';

/** One line of a segment. */
export interface EntryPlace {
  readonly segment: number;
  /** In bytes. */
  readonly offset: number;
  readonly length: number;
}

const SEGMENT = 0;
const OFFSET = 1;
const LENGTH = 2;
/** The row of the request's entry before this one. */
const BEFORE = 3;
const KEY_LOW = 4;
const KEY_HIGH = 5;
const COLUMNS = 6;
const NONE = -1;

/**
 * Takes 42 to 48 bytes an entry. Keys are the first 64 bits of a hash, so a place may belong to a request whose hash begins
 * alike: readers compare the whole hash.
 */
export class EntryIndex {
  #keys = new KeyTable();
  /** By key, the row of its newest entry. */
  #newest = new GrowingColumns(1);
  #entries = new GrowingColumns(COLUMNS);
  #unused = 0;
  readonly #gone = new Set<number>();

  add(hash: string, place: EntryPlace): void {
    this.#put(Number.parseInt(hash.slice(0, 8), 16) | 0, Number.parseInt(hash.slice(8, 16), 16) | 0, place);
  }

  find(hash: string): EntryPlace[] {
    const key = this.#keys.find(Number.parseInt(hash.slice(0, 8), 16) | 0, Number.parseInt(hash.slice(8, 16), 16) | 0);
    const places: EntryPlace[] = [];
    for (let row = key < 0 ? NONE : this.#newest.at(key, 0); row !== NONE; row = this.#entries.at(row, BEFORE)) {
      const place = placeIn(this.#entries, row);
      if (!this.#gone.has(place.segment)) places.push(place);
    }
    return places;
  }

  /** Forgets a segment that holds `entries` entries; their room is taken back once most of the index is unused. */
  forget(segment: number, entries: number): void {
    this.#gone.add(segment);
    this.#unused += entries;
    if (this.#unused > this.#entries.count / 2) this.#rebuild();
  }

  #put(low: number, high: number, { segment, offset, length }: EntryPlace): void {
    const keys = this.#keys.count;
    const key = this.#keys.add(low, high);
    if (key === keys) this.#newest.set(this.#newest.addRow(), 0, NONE);
    const row = this.#entries.addRow();
    const values = [segment, offset, length, this.#newest.at(key, 0), low, high];
    values.forEach((value, column) => this.#entries.set(row, column, value));
    this.#newest.set(key, 0, row);
  }

  #rebuild(): void {
    const old = this.#entries;
    this.#keys = new KeyTable();
    this.#newest = new GrowingColumns(1);
    this.#entries = new GrowingColumns(COLUMNS);
    this.#unused = 0;
    for (let row = 0; row < old.count; row++) {
      const place = placeIn(old, row);
      if (!this.#gone.has(place.segment)) this.#put(old.at(row, KEY_LOW), old.at(row, KEY_HIGH), place);
    }
    this.#gone.clear();
  }
}

function placeIn(entries: GrowingColumns, row: number): EntryPlace {
  return { segment: entries.at(row, SEGMENT), offset: entries.at(row, OFFSET), length: entries.at(row, LENGTH) };
}
