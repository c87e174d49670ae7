// How far raters agree beyond chance: Krippendorff's alpha for any number of raters with gaps, Cohen's kappa for two.
import { FailureType, PermanentError } from '../../contracts/failures.ts';

/** What a difference between two ratings means: other, farther in rank, or farther in value. */
export type MeasurementLevel = 'nominal' | 'ordinal' | 'interval';

/**
 * Krippendorff's alpha (Krippendorff 2011): 1 is full agreement, 0 is what chance gives. Units with fewer than two ratings say
 * nothing and are left out. NaN where nothing is left or all ratings are equal: there is no disagreement to expect.
 * @param ratings - one list a rater, one entry a unit; null where the rater gave none
 * @throws {PermanentError} `InvalidData` where raters have lists of unequal length, or a rating is not finite
 */
export function krippendorffAlpha(ratings: readonly (readonly (number | null)[])[], level: MeasurementLevel): number {
  requireRatings(ratings);
  const units = (ratings[0] ?? []).map((_, unit) => ratings.flatMap((rater) => rater[unit] ?? []));
  const pairable = units.filter(({ length }) => length >= 2);
  const values = distinct(pairable.flat());
  const totals = values.map((value) => pairable.flat().filter((one) => one === value).length);
  const count = totals.reduce((sum, total) => sum + total, 0);
  const distance = distancesOf(values, totals, level);
  const place = new Map(values.map((value, index) => [value, index]));
  let observed = 0;
  for (const unit of pairable) {
    for (const one of unit)
      for (const other of unit) observed += distance(place.get(one)!, place.get(other)!) / (unit.length - 1);
  }
  let expected = 0;
  for (const [first, ofFirst] of totals.entries()) {
    for (const [second, ofSecond] of totals.entries()) expected += ofFirst * ofSecond * distance(first, second);
  }
  return expected === 0 ? NaN : 1 - ((count - 1) * observed) / expected;
}

export interface KappaOptions {
  /** What a disagreement weighs: always 1, the steps between the two categories, or the square of these. */
  readonly weights?: 'none' | 'linear' | 'quadratic';
  /** All categories in their order; default: those that occur, ascending. Name them where a middle one may not occur. */
  readonly categories?: readonly number[];
}

/**
 * Cohen's kappa of two raters of the same items (Cohen 1960, 1968). NaN where both gave one and the same category to all.
 * @throws {PermanentError} `InvalidData` for unequal or zero lengths, or a rating outside `categories`
 */
export function cohenKappa(
  first: readonly number[],
  second: readonly number[],
  { weights = 'none', categories = distinct([...first, ...second]) }: KappaOptions = {},
): number {
  requireItems(first, second, categories);
  const places = [first, second].map((rater) => rater.map((rating) => categories.indexOf(rating)));
  const [ofFirst, ofSecond] = places.map((rater) =>
    categories.map((_, place) => rater.filter((one) => one === place).length),
  );
  const weight = (a: number, b: number) => disagreement(a, b, weights);
  const observed = first.reduce((sum, _, item) => sum + weight(places[0]![item]!, places[1]![item]!), 0);
  let expected = 0;
  for (const [a, countA] of ofFirst!.entries()) {
    for (const [b, countB] of ofSecond!.entries()) expected += (countA * countB * weight(a, b)) / first.length;
  }
  return expected === 0 ? NaN : 1 - observed / expected;
}

function disagreement(a: number, b: number, weights: 'none' | 'linear' | 'quadratic'): number {
  if (weights === 'none') return a === b ? 0 : 1;
  return weights === 'linear' ? Math.abs(a - b) : (a - b) ** 2;
}

/** Squared distance of two values, given by their places in `values`. */
function distancesOf(
  values: readonly number[],
  totals: readonly number[],
  level: MeasurementLevel,
): (first: number, second: number) => number {
  if (level === 'nominal') return (first, second) => (first === second ? 0 : 1);
  if (level === 'interval') return (first, second) => (values[first]! - values[second]!) ** 2;
  return (first, second) => {
    const [low, high] = [Math.min(first, second), Math.max(first, second)];
    const between = totals.slice(low, high + 1).reduce((sum, total) => sum + total, 0);
    return (between - (totals[low]! + totals[high]!) / 2) ** 2;
  };
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function requireRatings(ratings: readonly (readonly (number | null)[])[]): void {
  for (const [rater, list] of ratings.entries()) {
    const wrong = list.findIndex((rating) => rating !== null && !Number.isFinite(rating));
    if (list.length === ratings[0]?.length && wrong === -1) continue;
    const found =
      wrong === -1 ? `${list.length} units, the first ${ratings[0]?.length ?? 0}` : `${list[wrong]} for unit ${wrong}`;
    throw new PermanentError(
      FailureType.InvalidData,
      `alpha: rater ${rater} has ${found}; expected finite numbers or null, one a unit`,
    );
  }
}

function requireItems(first: readonly number[], second: readonly number[], categories: readonly number[]): void {
  const strange = [...first, ...second].find((rating) => !categories.includes(rating));
  if (first.length === second.length && first.length > 0 && strange === undefined) return;
  const found = strange === undefined ? '' : `; rating ${strange} is no category`;
  throw new PermanentError(
    FailureType.InvalidData,
    `kappa: ${first.length} and ${second.length} ratings${found}; expected the same items, at least one, of categories ${categories.join(', ')}`,
  );
}
