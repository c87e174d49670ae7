// From trials to the units that correlations are taken over: single subsets, or recipes with their subsets averaged.

import { screening } from '../../contracts/trials.ts';
import type { Trial } from '../../contracts/trials.ts';
import { mean } from './mean.ts';
import type { ScreenedBenchmark } from './screening.ts';

export type Level = 'draw' | 'recipe';

/** One point of a correlation. */
export interface Unit {
  readonly recipe: string;
  readonly mechanism: string;
  readonly measures: Readonly<Record<string, number>>;
  readonly shares: Readonly<Record<string, number>>;
  /** By outcome; an outcome that a student lacks is absent. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** The mean over students, each by its own benchmarks. */
export const allStudents = 'all students';
/** Means over the benchmarks that the screening kept, by side. */
export const outcomeName = (student: string, side: 'in' | 'out'): string =>
  side === 'out' ? student : `${student}, in`;

/** A subset with what all its students did. Screening subsets are left out, and so is an outcome without a benchmark. */
export function drawUnits(trials: readonly Trial[], screened: readonly ScreenedBenchmark[]): Unit[] {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials.filter(({ mechanism }) => mechanism !== screening)) {
    const key = `${trial.recipe}/${trial.draw}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [trial]);
    else group.push(trial);
  }
  return [...groups.values()].map((group) => {
    const { recipe, mechanism, measures, shares } = group[0]!;
    return { recipe, mechanism, measures, shares, outcomes: outcomesOf(group, screened) };
  });
}

/** The mean of the subsets of each recipe. */
export function recipeUnits(units: readonly Unit[]): Unit[] {
  const groups = new Map<string, Unit[]>();
  for (const unit of units) groups.set(unit.recipe, [...(groups.get(unit.recipe) ?? []), unit]);
  return [...groups.values()].map((group) => {
    const { recipe, mechanism } = group[0]!;
    const meanOf = (part: (unit: Unit) => Readonly<Record<string, number>>) => meanRecord(group.map(part));
    return {
      recipe,
      mechanism,
      measures: meanOf(({ measures }) => measures),
      shares: meanOf(({ shares }) => shares),
      outcomes: meanOf(({ outcomes }) => outcomes),
    };
  });
}

function outcomesOf(trials: readonly Trial[], screened: readonly ScreenedBenchmark[]): Record<string, number> {
  const outcomes: Record<string, number> = {};
  for (const side of ['out', 'in'] as const) {
    const means = trials.flatMap(({ student, scores }) => {
      const counted = screened.filter((one) => one.student === student && one.kept && one.distribution === side);
      if (counted.length === 0) return [];
      const value = mean(counted.map(({ benchmark }) => scores[benchmark]!.score));
      outcomes[outcomeName(student, side)] = value;
      return [value];
    });
    if (means.length > 0) outcomes[outcomeName(allStudents, side)] = mean(means);
  }
  return outcomes;
}

/** Only what all records have: a measure that has no value for one subset has none for their mean. */
function meanRecord(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = Object.keys(records[0]!).filter((name) => records.every((record) => name in record));
  return Object.fromEntries(names.map((name) => [name, mean(records.map((record) => record[name]!))]));
}
