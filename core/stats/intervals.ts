// Intervals for what a benchmark reports: Wilson's for an accuracy, the percentile bootstrap for any other statistic.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { uniforms } from '../random/philox.ts';
import { normalQuantile } from './normal.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

/**
 * Wilson's score interval for a share (Wilson 1927), without continuity correction; never leaves [0, 1].
 * @throws {PermanentError} `InvalidData` unless 0 <= successes <= trials, both whole and trials > 0
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  const sound = Number.isInteger(successes) && Number.isInteger(trials) && trials > 0;
  if (!sound || successes < 0 || successes > trials) {
    throw new PermanentError(
      FailureType.InvalidData,
      `Wilson interval: ${successes} successes in ${trials} trials, expected whole numbers, 0 <= successes <= trials, trials > 0`,
    );
  }
  const z = normalQuantile((1 + confidence) / 2);
  const share = successes / trials;
  const divisor = 1 + (z * z) / trials;
  const centre = (share + (z * z) / (2 * trials)) / divisor;
  const reach = (z / divisor) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - reach),
    high: successes === trials ? 1 : Math.min(1, centre + reach),
    confidence,
  };
}

/** How a bootstrap draws: `key` names the random stream, so equal keys give equal intervals. */
export interface BootstrapPlan {
  readonly key: string;
  readonly draws?: number;
  readonly confidence?: number;
}

/**
 * The percentile bootstrap interval of `statistic` (Efron 1979). The statistic is given the drawn indices into
 * 0..count-1, so paired data stays paired. Draws in which it is undefined (NaN) are left out; NaN bounds where it always is.
 * @throws {PermanentError} `InvalidData` when count is 0
 */
export function bootstrapInterval(
  count: number,
  statistic: (indices: Uint32Array) => number,
  { key, draws = 2000, confidence = 0.95 }: BootstrapPlan,
): Interval {
  if (count < 1) throw new PermanentError(FailureType.InvalidData, 'bootstrap: no values; a set needs at least one');
  const random = uniforms(key);
  const indices = new Uint32Array(count);
  const drawn = Float64Array.from({ length: draws }, () => {
    for (let position = 0; position < count; position++) indices[position] = Math.floor(random.next() * count);
    return statistic(indices);
  })
    .filter((value) => !Number.isNaN(value))
    .sort();
  return {
    low: sortedQuantile(drawn, (1 - confidence) / 2),
    high: sortedQuantile(drawn, (1 + confidence) / 2),
    confidence,
  };
}

/** The quantile of ascending `values` by linear interpolation between order statistics (Hyndman & Fan, type 7); NaN of none. */
export function sortedQuantile(values: Float64Array, share: number): number {
  if (values.length === 0) return NaN;
  const position = share * (values.length - 1);
  const below = Math.floor(position);
  const lower = values[below]!;
  const upper = values[Math.min(below + 1, values.length - 1)]!;
  return lower + (position - below) * (upper - lower);
}
