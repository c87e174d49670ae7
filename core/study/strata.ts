// What all subsets of a study have alike: strata of the pool by label and length, and how many samples each gives.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { MatchingConfig } from '../../contracts/study.ts';

/** What recipes and matching know of a pool sample. */
export interface PoolItem {
  readonly label: string;
  /** Words of prompt and completion. */
  readonly words: number;
  readonly source: string;
  readonly group: string;
}

export interface Stratum {
  readonly label: string;
  /** From 0, the shortest. */
  readonly band: number;
  /** Rows of the pool, ascending. */
  readonly rows: readonly number[];
  /** Samples of this stratum in every subset. */
  readonly quota: number;
}

/** More different answers than this are no labels. */
const mostLabels = 64;

/**
 * The strata of a pool with their quotas, which add up to `size`. Labels get their share exactly; within a label, bands get
 * theirs as the pool has it, by largest remainder.
 * @throws {PermanentError} `InvalidData` when labels cannot be matched, naming the label, what it has and what it needs
 */
export function strataOf(items: readonly PoolItem[], matching: MatchingConfig, size: number): Stratum[] {
  const labelOf = (item: PoolItem): string => (matching.labels === 'none' ? '' : item.label);
  const bands = lengthBands(items, matching.lengthBands);
  const labels = [...new Set(items.map(labelOf))].sort();
  const counts = labels.map((label) => items.filter((item) => labelOf(item) === label).length);
  const quotas = labelQuotas(labels, counts, matching, size);
  return labels.flatMap((label, place) => {
    const rowsByBand = Array.from({ length: matching.lengthBands }, (): number[] => []);
    items.forEach((item, row) => {
      if (labelOf(item) === label) rowsByBand[bands[row]!]!.push(row);
    });
    const shares = apportion(
      quotas[place]!,
      rowsByBand.map(({ length }) => length),
    );
    return rowsByBand.flatMap((rows, band) =>
      shares[band] === 0 ? [] : [{ label, band, rows, quota: shares[band]! }],
    );
  });
}

/** How a message calls a stratum. */
export function stratumName({ label, band }: Pick<Stratum, 'label' | 'band'>): string {
  return `${label === '' ? 'any label' : `label "${label}"`}, length band ${band + 1}`;
}

/** Whole shares of `total` in proportion to `weights`, by largest remainder; the earlier of equals goes first. */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const exact = weights.map((weight) => (sum === 0 ? 0 : (total * weight) / sum));
  const shares = exact.map(Math.floor);
  const left = total - shares.reduce((a, b) => a + b, 0);
  const byRemainder = exact.map((value, place) => ({ place, rest: value - Math.floor(value) }));
  byRemainder.sort((a, b) => b.rest - a.rest || a.place - b.place);
  for (const { place } of byRemainder.slice(0, left)) shares[place]! += 1;
  return shares;
}

/** The band of every item: its rank by words cut into equal parts; equal lengths share the lower band. */
function lengthBands(items: readonly PoolItem[], count: number): number[] {
  const sorted = items.map(({ words }) => words).sort((a, b) => a - b);
  const limits = Array.from({ length: count - 1 }, (_, cut) => sorted[Math.floor(((cut + 1) * items.length) / count)]!);
  return items.map(({ words }) => limits.filter((limit) => words > limit).length);
}

function labelQuotas(
  labels: readonly string[],
  counts: readonly number[],
  { labels: rule }: MatchingConfig,
  size: number,
): readonly number[] {
  if (rule !== 'none' && labels.length > mostLabels) {
    throw unmatched(`the pool has ${labels.length} different answers, which are no labels; set matching.labels: none`);
  }
  if (rule === 'equal' && (labels.length < 2 || size % labels.length !== 0)) {
    throw unmatched(
      `${size} samples cannot be shared equally by ${labels.length} ${labels.length === 1 ? 'label' : 'labels'} ` +
        `(${labels.join(', ')}); give a pool of two labels or more and a size that they divide`,
    );
  }
  const quotas = apportion(size, rule === 'equal' ? labels.map(() => 1) : counts);
  const short = labels.findIndex((_, place) => counts[place]! < quotas[place]!);
  if (short === -1) return quotas;
  throw unmatched(
    `${labels[short] === '' ? 'the pool' : `label "${labels[short]}"`} has ${counts[short]} samples, a subset of ${size} ` +
      `needs ${quotas[short]}; lower size, or add to the pool`,
  );
}

function unmatched(what: string): PermanentError {
  return new PermanentError(FailureType.InvalidData, `Study, matching: ${what}.`);
}
