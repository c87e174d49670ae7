// Which benchmark rows hold an n-gram, in typed arrays: 18 to 24 bytes an n-gram and 8 more for each row that
// holds it, whatever is looked up in it.
import { GrowingColumns } from './growing-columns.ts';
import { KeyTable } from './key-table.ts';
import type { WordCodes } from './word-codes.ts';

/** The end of a chain of holders. */
const NONE = -1;
/** Columns of a link. */
const ROW = 0;
const NEXT = 1;
/** Columns of an n-gram. */
const NEWEST = 0;

export class NgramHolders {
  readonly #keys = new KeyTable();
  readonly #newest = new GrowingColumns(1);
  readonly #links = new GrowingColumns(2);

  /** Distinct n-grams; their places are 0 to count - 1. */
  get count(): number {
    return this.#keys.count;
  }

  /** Notes that `row` holds the n-grams, and gives how many different ones they are. Rows come in ascending order. */
  add(grams: WordCodes, row: number): number {
    let different = 0;
    for (let gram = 0; gram < grams.count; gram++) {
      const place = this.#keys.add(grams.low[gram]!, grams.high[gram]!);
      if (place === this.#newest.count) this.#newest.set(this.#newest.addRow(), NEWEST, NONE);
      const newest = this.#newest.at(place, NEWEST);
      if (newest !== NONE && this.#links.at(newest, ROW) === row) continue;
      const link = this.#links.addRow();
      this.#links.set(link, ROW, row);
      this.#links.set(link, NEXT, newest);
      this.#newest.set(place, NEWEST, link);
      different++;
    }
    return different;
  }

  /** The place of an n-gram, or -1 when no row holds it. */
  find(low: number, high: number): number {
    return this.#keys.find(low, high);
  }

  /** Calls `visit` with every row that holds the n-gram at `place`, the last row first. */
  forEachRow(place: number, visit: (row: number) => void): void {
    for (let link = this.#newest.at(place, NEWEST); link !== NONE; link = this.#links.at(link, NEXT)) {
      visit(this.#links.at(link, ROW));
    }
  }
}
