// Near duplicates over a stream of any length: a first pass keeps the bucket keys of each text, then rows that share a key are
// joined, and a second pass asks for the verdict of each row. No text is kept.
import { GrowingColumns } from './growing-columns.ts';
import { bucketHasher, DATATROVE_MINHASH, type MinHashProfile } from './minhash.ts';
import { firstOfGroup, joinGroups, separateGroups } from './union-find.ts';

export interface NearDuplicateFinder {
  /** Takes the next text and gives its row number, from 0 on. A text of fewer than `ngram` words is like no other. */
  add(text: string): number;
  /** Joins rows that share a bucket; afterwards no text can be added. */
  finish(): NearDuplicateGroups;
}

export interface NearDuplicateGroups {
  readonly count: number;
  /** The first row of the group of `row`, which is `row` itself when it is to be kept. */
  firstOf(row: number): number;
}

const FREE = -1;

/**
 * Connected components of rows that share a bucket, by order of arrival: the same texts in the same order give the same groups.
 * State, with 14 buckets: 112 bytes a row in the first pass; 10 to 16 more while rows are joined; 4 after that.
 * Two rows of a million that share no n-gram share a key with odds of 4e-7.
 */
export function openNearDuplicates(profile: MinHashProfile = DATATROVE_MINHASH): NearDuplicateFinder {
  const keysOf = bucketHasher(profile);
  const columns = new GrowingColumns(2 * profile.buckets);
  return {
    add(text) {
      const row = columns.addRow();
      const keys = keysOf(text);
      // Rows without keys stay 0 in all columns, which marks them.
      if (keys !== null) keys.forEach((key, column) => columns.set(row, column, key));
      return row;
    },
    finish() {
      const { count } = columns;
      const parents = separateGroups(count);
      const slots = new Int32Array(slotsFor(count));
      for (let bucket = 0; bucket < profile.buckets; bucket++) joinBucket(columns, bucket, parents, slots);
      for (let row = 0; row < count; row++) parents[row] = firstOfGroup(parents, row);
      return { count, firstOf: (row) => parents[row]! };
    },
  };
}

/** Joins all rows of equal keys in one bucket, through a table of the first row of each key. */
function joinBucket(columns: GrowingColumns, bucket: number, parents: Int32Array, slots: Int32Array): void {
  const [first, second] = [2 * bucket, 2 * bucket + 1];
  const mask = slots.length - 1;
  slots.fill(FREE);
  for (let row = 0; row < columns.count; row++) {
    const low = columns.at(row, first);
    const high = columns.at(row, second);
    if (low === 0 && high === 0) continue;
    let slot = low & mask;
    for (let other = slots[slot]!; ; other = slots[slot]!) {
      if (other === FREE) {
        slots[slot] = row;
        break;
      }
      if (columns.at(other, first) === low && columns.at(other, second) === high) {
        joinGroups(parents, other, row);
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
}

/** A power of two, at most two thirds of it in use. */
function slotsFor(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, 1.5 * count)));
}
