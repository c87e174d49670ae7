// From metrics to estimates: intervals of one student, paired differences of two, means over benchmarks.

import type { Estimate, GroupScore, MeanScore } from '../../contracts/scores.ts';
import { uniforms } from '../random/philox.ts';
import { bootstrapInterval, sortedQuantile, wilsonInterval } from '../stats/intervals.ts';
import type { Interval } from '../stats/intervals.ts';
import { meanMetric } from './metrics.ts';
import type { Metric } from './metrics.ts';

/** Draws of every bootstrap. */
const draws = 2000;

/** Wilson's interval for shares of rows that are right or wrong, the bootstrap over rows for all else. */
export function estimateOf({ name, values, of, value }: Metric, rows: number, key: string): Estimate {
  if (of === null) return { value, interval: null };
  if (values !== null && isBinary(values)) return shareOf(values);
  return { value, interval: bounds(bootstrapInterval(rows, of, { key: `${key}/${name}`, draws })) };
}

/** The main metric by group, the largest groups first (by name where they are equal), at most `most`. */
export function groupScores(groups: readonly string[], main: Metric, most: number, key: string): readonly GroupScore[] {
  const members = new Map<string, number[]>();
  for (const [row, group] of groups.entries()) {
    const known = members.get(group);
    if (known === undefined) members.set(group, [row]);
    else known.push(row);
  }
  if (members.size < 2) return [];
  return [...members]
    .sort(([a, first], [b, second]) => second.length - first.length || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([group, rows]) => {
      const own = meanMetric(
        main.name,
        Float64Array.from(rows, (row) => main.values?.[row] ?? 0),
      );
      return { group, n: rows.length, score: estimateOf(own, rows.length, `${key}/${group}`) };
    });
}

/** Second less first on the same rows; null for metrics that have no interval. */
export function differenceOf(first: Metric, second: Metric, rows: number, key: string): Estimate | null {
  const [earlier, later] = [first.of, second.of];
  if (earlier === null || later === null) return null;
  const of = (drawn: ArrayLike<number>) => later(drawn) - earlier(drawn);
  const plan = { key: `${key}/${first.name}`, draws };
  return { value: second.value - first.value, interval: bounds(bootstrapInterval(rows, of, plan)) };
}

/** Values of the main metric on one benchmark, of two students on the same rows; null where one was not asked. */
export interface BenchmarkValues {
  readonly first: Float64Array | null;
  readonly second: Float64Array | null;
}

/**
 * The unweighted mean over benchmarks; rows are drawn within each of them, the same ones for both students. Null without a
 * benchmark.
 */
export function meanScore(benchmarks: readonly BenchmarkValues[], key: string): MeanScore | null {
  if (benchmarks.length === 0) return null;
  const whole = averages(benchmarks.map(({ first, second }) => [meanOf(first), meanOf(second)] as const));
  const drawn = drawnMeans(benchmarks, key);
  const estimate = (valueOf: (means: readonly [number, number]) => number): Estimate | null => {
    const value = valueOf(whole);
    if (Number.isNaN(value)) return null;
    const sorted = Float64Array.from(drawn, valueOf).sort();
    return { value, interval: [sortedQuantile(sorted, 0.025), sortedQuantile(sorted, 0.975)] };
  };
  return {
    benchmarks: benchmarks.length,
    first: estimate(([first]) => first),
    second: estimate(([, second]) => second),
    difference: estimate(([first, second]) => second - first),
  };
}

/** The means of both students in every draw; NaN where a student is absent. */
function drawnMeans(benchmarks: readonly BenchmarkValues[], key: string): (readonly [number, number])[] {
  const random = uniforms(`${key}/benchmarks`);
  return Array.from({ length: draws }, () =>
    averages(
      benchmarks.map(({ first, second }) => {
        const rows = (first ?? second)?.length ?? 0;
        let [earlier, later] = [0, 0];
        for (let place = 0; place < rows; place++) {
          const row = Math.floor(random.next() * rows);
          earlier += first?.[row] ?? NaN;
          later += second?.[row] ?? NaN;
        }
        return [earlier / rows, later / rows] as const;
      }),
    ),
  );
}

function averages(pairs: readonly (readonly [number, number])[]): readonly [number, number] {
  const average = (side: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[side], 0) / pairs.length;
  return [average(0), average(1)];
}

function shareOf(values: Float64Array): Estimate {
  const right = values.reduce((sum, value) => sum + value, 0);
  return { value: right / values.length, interval: bounds(wilsonInterval(right, values.length)) };
}

function isBinary(values: Float64Array): boolean {
  return values.every((value) => value === 0 || value === 1);
}

function meanOf(values: Float64Array | null): number {
  return values === null ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function bounds({ low, high }: Interval): readonly [number, number] {
  return [low, high];
}
