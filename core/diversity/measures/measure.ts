// What a measure of diversity is, and the set it is taken of: one interface for all measures that reports compare.
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { selectRandom } from '../../selection/random.ts';
import type { RowMatrix } from '../row-matrix.ts';
import { gatherRows } from '../row-matrix.ts';
import type { TextSet } from './text-set.ts';
import { gatherTexts } from './text-set.ts';

/** All data that measures read; row r of every part belongs to the same sample. */
export interface MeasuredData {
  readonly texts: TextSet;
  /** Gradient sketches, rows of unit norm. */
  readonly sketches: RowMatrix;
  /** Embeddings of the texts, rows of unit norm. */
  readonly embeddings: RowMatrix;
  readonly labels: readonly string[];
  /** Mean negative log-likelihood of each completion under the proxy, nats a token. */
  readonly losses: ArrayLike<number>;
  /** Compresses bytes; gzip where values are to be compared with published ones. */
  readonly compress: (bytes: Uint8Array) => { readonly length: number };
}

/** A set of samples with what is known of them. */
export interface MeasuredSet extends Partial<MeasuredData> {
  /** Number of samples. */
  readonly count: number;
  /** Names the random stream of samples drawn from a large set; equal keys draw the same rows. */
  readonly key: string;
}

/** What the value says: whether larger or smaller means more diverse, or nothing about diversity at all. */
export type Direction = 'larger' | 'smaller' | 'none';

export interface Reading {
  readonly value: number;
  /** How many rows entered the value: fewer than the set has after sampling, or where rows had to be left out. */
  readonly rows: number;
}

export interface Measure {
  /** Kebab-case. */
  readonly name: string;
  /** One line for readers of a report. */
  readonly describes: string;
  readonly moreDiverse: Direction;
  readonly needs: readonly (keyof MeasuredData)[];
  /** Larger sets are measured on a seeded sample of this many rows; Infinity: always on all rows. */
  readonly rowLimit: number;
  /** @throws {PermanentError} `InvalidData` on an empty set, missing data, or a set that has no value (the message says why) */
  measure(set: MeasuredSet): Reading;
}

interface Definition<Need extends keyof MeasuredData> {
  readonly name: string;
  readonly describes: string;
  readonly moreDiverse: Direction;
  readonly needs: readonly Need[];
  readonly rowLimit?: number;
  /** The value of a non-empty set, or the value with the number of rows when some were left out. */
  readonly measure: (data: Pick<MeasuredData, Need>) => number | Reading;
}

/** A measure from its formula: the checks and the sampling around it are the same for all. */
export function defineMeasure<Need extends keyof MeasuredData>(definition: Definition<Need>): Measure {
  const { name, needs, rowLimit = Infinity } = definition;
  return {
    ...definition,
    rowLimit,
    measure(set) {
      if (set.count === 0) throw noSamples(name);
      const missing = missingData(needs, set);
      if (missing.length > 0) {
        throw new PermanentError(FailureType.InvalidData, `${name}: needs ${missing.join(' and ')}, not given`);
      }
      const sampled = set.count > rowLimit ? takeRows(set, selectRandom(set.count, rowLimit, set.key)) : set;
      // The check above is what makes the parts present.
      const found = definition.measure(sampled as Pick<MeasuredData, Need>);
      return typeof found === 'number' ? { value: found, rows: sampled.count } : found;
    },
  };
}

/** Which of the needed parts a set lacks. */
export function missingData(needs: readonly (keyof MeasuredData)[], set: MeasuredSet): (keyof MeasuredData)[] {
  return needs.filter((need) => set[need] === undefined);
}

/** The failure of measuring nothing. */
export function noSamples(where: string): PermanentError {
  return new PermanentError(FailureType.InvalidData, `${where}: the set is empty; a measure needs at least one sample`);
}

function takeRows(set: MeasuredSet, rows: readonly number[]): MeasuredSet {
  const { texts, sketches, embeddings, labels, losses } = set;
  return {
    ...set,
    count: rows.length,
    ...(texts && { texts: gatherTexts(texts, rows) }),
    ...(sketches && { sketches: gatherRows(sketches, rows) }),
    ...(embeddings && { embeddings: gatherRows(embeddings, rows) }),
    ...(labels && { labels: rows.map((row) => labels[row]!) }),
    ...(losses && { losses: rows.map((row) => losses[row]!) }),
  };
}
