// What ratings say: how far raters agree, what each system scores, how systems differ, and whether a judge ranks as people do.

import type { Interval } from '../stats/intervals.ts';
import { bootstrapInterval } from '../stats/intervals.ts';
import { cohenKappa, krippendorffAlpha } from '../stats/agreement.ts';
import { spearman } from '../stats/correlation.ts';
import { kendallTau } from '../stats/kendall.ts';
import { pairedDifference } from '../stats/paired.ts';
import type { Rating } from './rating-lines.ts';
import { hasMean, type Criterion, type Rubric } from './rubric.ts';

/** What a judge that is no person gave one output. */
export interface JudgeScore {
  readonly item: string;
  readonly system: string;
  /** By criterion. */
  readonly values: ReadonlyMap<string, number>;
}

export interface RatingReport {
  readonly rubric: string;
  readonly raters: readonly string[];
  readonly systems: readonly string[];
  readonly items: number;
  readonly ratings: number;
  readonly criteria: readonly CriterionReport[];
}

export interface CriterionReport {
  readonly name: string;
  readonly level: Criterion['level'];
  /** Krippendorff's; null where nothing was rated twice or all ratings are equal. */
  readonly alpha: number | null;
  /** Outputs that at least two raters rated. */
  readonly ratedTwice: number;
  readonly pairs: readonly PairAgreement[];
  /** Empty where a mean of the scale says nothing. */
  readonly systems: readonly SystemScore[];
  readonly differences: readonly SystemDifference[];
  readonly judge: JudgeAgreement | null;
}

export interface PairAgreement {
  readonly raters: readonly [string, string];
  readonly outputs: number;
  /** Cohen's; with squared weights unless the scale has no order. */
  readonly kappa: number | null;
}

export interface SystemScore extends Interval {
  readonly system: string;
  readonly items: number;
  /** Of items, each the mean over its raters. */
  readonly mean: number;
}

export interface SystemDifference extends Interval {
  readonly first: string;
  readonly second: string;
  readonly items: number;
  readonly difference: number;
}

export interface JudgeAgreement {
  readonly outputs: number;
  readonly spearman: Estimate | null;
  readonly kendall: Estimate | null;
}

export interface Estimate extends Interval {
  readonly value: number;
}

/** Item -> value. */
type Scores = ReadonlyMap<string, number>;

/** @param seed - of the bootstrap, which draws items */
export function ratingReport(
  ratings: readonly Rating[],
  rubric: Rubric,
  { judge, seed }: { readonly judge: readonly JudgeScore[] | null; readonly seed: number },
): RatingReport {
  const raters = distinct(ratings.map(({ rater }) => rater));
  const systems = distinct(ratings.map(({ system }) => system));
  const items = distinct(ratings.map(({ item }) => item)).length;
  const criteria = rubric.criteria.map((criterion) => {
    const key = `rating/${seed}/${criterion.name}`;
    return criterionReport(ratings, criterion, { raters, systems, judge, key });
  });
  return { rubric: rubric.name, raters, systems, items, ratings: ratings.length, criteria };
}

interface Setting {
  readonly raters: readonly string[];
  readonly systems: readonly string[];
  readonly judge: readonly JudgeScore[] | null;
  readonly key: string;
}

function criterionReport(ratings: readonly Rating[], criterion: Criterion, setting: Setting): CriterionReport {
  const { raters, systems, judge, key } = setting;
  const outputs = distinct(ratings.map(outputOf));
  const matrix = raters.map((rater) => {
    const own = new Map(ratings.flatMap((one) => (one.rater === rater ? [[outputOf(one), one] as const] : [])));
    return outputs.map((output) => own.get(output)?.values.get(criterion.name) ?? null);
  });
  const means = hasMean(criterion)
    ? systems.map((system) => [system, itemMeans(ratings, criterion, system)] as const)
    : [];
  return {
    name: criterion.name,
    level: criterion.level,
    alpha: orNull(krippendorffAlpha(matrix, criterion.level)),
    ratedTwice: outputs.filter((_, at) => matrix.filter((row) => row[at] !== null).length >= 2).length,
    pairs: pairsOf(raters).map(([first, second]) => pairAgreement(raters, matrix, criterion, [first, second])),
    systems: means.map(([system, scores]) => systemScore(system, scores, `${key}/${system}`)),
    differences: pairsOf(means).map(([first, second]) => systemDifference(first, second, key)),
    judge: judge === null || means.length === 0 ? null : judgeAgreement(means, judge, criterion, `${key}/judge`),
  };
}

function pairAgreement(
  raters: readonly string[],
  matrix: readonly (readonly (number | null)[])[],
  { level, values }: Criterion,
  pair: readonly [string, string],
): PairAgreement {
  const [first = [], second = []] = pair.map((rater) => matrix[raters.indexOf(rater)]);
  const both = first.flatMap((one, at) => {
    const other = second[at] ?? null;
    return one === null || other === null ? [] : [[one, other] as const];
  });
  const weights = level === 'nominal' ? 'none' : 'quadratic';
  const categories = values.map(({ value }) => value);
  const [ofFirst, ofSecond] = [both.map(([one]) => one), both.map(([, other]) => other)];
  const kappa = both.length === 0 ? null : orNull(cohenKappa(ofFirst, ofSecond, { weights, categories }));
  return { raters: pair, outputs: both.length, kappa };
}

function itemMeans(ratings: readonly Rating[], { name }: Criterion, system: string): Scores {
  const values = new Map<string, number[]>();
  for (const rating of ratings) {
    const value = rating.values.get(name);
    if (rating.system === system && value !== undefined)
      values.set(rating.item, [...(values.get(rating.item) ?? []), value]);
  }
  return new Map([...values].map(([item, all]) => [item, mean(all)]));
}

function systemScore(system: string, scores: Scores, key: string): SystemScore {
  const values = [...scores.values()];
  const drawn = (items: Uint32Array): number => mean(Array.from(items, (item) => values[item] ?? NaN));
  return { system, items: values.length, mean: mean(values), ...bootstrapInterval(values.length, drawn, { key }) };
}

function systemDifference(
  [first, scores]: readonly [string, Scores],
  [second, others]: readonly [string, Scores],
  key: string,
): SystemDifference {
  const shared = [...scores].flatMap(([item, value]) => {
    const other = others.get(item);
    return other === undefined ? [] : [[value, other] as const];
  });
  const columns = [shared.map(([value]) => value), shared.map(([, other]) => other)] as const;
  const difference = pairedDifference(...columns, { key: `${key}/${first}/${second}` });
  return { first, second, items: shared.length, ...difference };
}

/** Over outputs; the bootstrap draws items, whose outputs stay together. */
function judgeAgreement(
  means: readonly (readonly [string, Scores])[],
  judge: readonly JudgeScore[],
  { name }: Criterion,
  key: string,
): JudgeAgreement {
  const judged = new Map(judge.map((score) => [outputOf(score), score.values.get(name)]));
  const items = distinct(means.flatMap(([, scores]) => [...scores.keys()]));
  const byItem = items.map((item) =>
    means.flatMap(([system, scores]) => {
      const [person, machine] = [scores.get(item), judged.get(outputOf({ item, system }))];
      return person === undefined || machine === undefined ? [] : [[person, machine] as const];
    }),
  );
  const correlated = (correlation: typeof spearman, named: string): Estimate | null => {
    const of = (drawn: Iterable<number>): number => {
      const pairs = Array.from(drawn).flatMap((item) => byItem[item] ?? []);
      if (pairs.length < 2) return NaN;
      return correlation(
        pairs.map(([person]) => person),
        pairs.map(([, machine]) => machine),
      );
    };
    const value = of(byItem.keys());
    return Number.isNaN(value) ? null : { value, ...bootstrapInterval(byItem.length, of, { key: `${key}/${named}` }) };
  };
  return {
    outputs: byItem.flat().length,
    spearman: correlated(spearman, 'spearman'),
    kendall: correlated(kendallTau, 'kendall'),
  };
}

function outputOf({ item, system }: { readonly item: string; readonly system: string }): string {
  return JSON.stringify([item, system]);
}

function pairsOf<T>(list: readonly T[]): [T, T][] {
  return list.flatMap((first, place) => list.slice(place + 1).map((second): [T, T] => [first, second]));
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
