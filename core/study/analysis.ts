// What a study says: every measure against every outcome, at the level of subsets and of recipes, for each mechanism apart
// and for all together.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { Trial } from '../../contracts/trials.ts';
import { measures as registry } from '../diversity/measures/registry.ts';
import { measureOf } from './measured-names.ts';
import type { CorrelationTable } from './correlations.ts';
import { correlationTable } from './correlations.ts';
import { mean } from './mean.ts';
import type { ScreenedBenchmark, ScreenedSet } from './screening.ts';
import { screenBenchmarks } from './screening.ts';
import type { Level, Unit } from './units.ts';
import { allStudents, drawUnits, outcomeName, recipeUnits } from './units.ts';

export interface StudyTable extends CorrelationTable {
  readonly outcome: string;
  readonly level: Level;
  /** A mechanism's name, `all mechanisms`, or `all but duplicates`. */
  readonly mechanism: string;
}

/** How far an outcome varies between recipes, and how much of that is the luck of the draw. */
export interface OutcomeSpread {
  readonly outcome: string;
  readonly mechanism: string;
  readonly recipes: number;
  readonly mean: number;
  readonly lowest: number;
  readonly highest: number;
  /** 1 - (variance of a recipe's mean by its subsets) / (variance between recipe means); null with one subset a recipe. */
  readonly reliability: number | null;
}

export interface StudyAnalysis {
  readonly trials: number;
  readonly subsets: number;
  readonly recipes: number;
  readonly screened: readonly ScreenedBenchmark[];
  readonly measures: readonly { readonly name: string; readonly moreDiverse: 'larger' | 'smaller' | 'none' }[];
  readonly outcomes: readonly string[];
  readonly tables: readonly StudyTable[];
  readonly spreads: readonly OutcomeSpread[];
  /** Recipes as points of the scatter plots. */
  readonly points: readonly Unit[];
}

export interface AnalysisPlan {
  readonly sets: readonly ScreenedSet[];
  /** Mechanisms in which samples are repeated: a positive control, which would carry every correlation it enters. */
  readonly controls: readonly string[];
  readonly leads: readonly string[];
  readonly key: string;
  /** Resamples of each interval. */
  readonly bootstrapDraws: number;
  /** Awaited between tables, since one takes up to seconds. */
  readonly pause: () => Promise<void>;
}

export const allMechanisms = 'all mechanisms';
export const allButControls = 'all but duplicates';

/** @throws {PermanentError} `InvalidData` when the screening left no benchmark out of distribution for any student */
export async function analyseStudy(trials: readonly Trial[], plan: AnalysisPlan): Promise<StudyAnalysis> {
  const screened = screenBenchmarks(trials, plan.sets);
  requireOutcome(screened);
  const draws = drawUnits(trials, screened);
  const recipes = recipeUnits(draws);
  const groups = groupsOf(recipes, plan.controls);
  const outcomes = outcomesIn(recipes);
  return {
    trials: trials.length,
    subsets: draws.length,
    recipes: recipes.length,
    screened,
    measures: measureNames(draws).map((name) => ({ name, moreDiverse: directionOf(name) })),
    outcomes,
    tables: await tablesOf({ recipe: recipes, draw: draws }, { groups, outcomes }, plan),
    spreads: groups.flatMap(({ name, includes }) =>
      outcomes.map((outcome) => spreadOf({ outcome, mechanism: name }, draws, includes)),
    ),
    points: recipes,
  };
}

async function tablesOf(
  units: Readonly<Record<Level, readonly Unit[]>>,
  { groups, outcomes }: { readonly groups: readonly Group[]; readonly outcomes: readonly string[] },
  plan: AnalysisPlan,
): Promise<StudyTable[]> {
  const tables: StudyTable[] = [];
  for (const { name, includes } of groups) {
    for (const outcome of outcomes) {
      for (const level of ['recipe', 'draw'] as const) {
        await plan.pause();
        const members = units[level].filter(({ mechanism }) => includes(mechanism));
        const table = tableOf(members, outcome, { ...plan, key: `${plan.key}/${name}/${outcome}/${level}` });
        if (table !== null) tables.push({ outcome, level, mechanism: name, ...table });
      }
    }
  }
  return tables;
}

/** `g-vendi:text` is the measure g-vendi of the gradients of one target. */
export function directionOf(measure: string): 'larger' | 'smaller' | 'none' {
  return registry.find(({ name }) => name === measureOf(measure))?.moreDiverse ?? 'none';
}

interface Group {
  readonly name: string;
  readonly includes: (mechanism: string) => boolean;
}

function groupsOf(units: readonly Unit[], controls: readonly string[]): Group[] {
  const mechanisms = [...new Set(units.map(({ mechanism }) => mechanism))];
  const single = mechanisms.map((name): Group => ({ name, includes: (mechanism) => mechanism === name }));
  const pooled: Group[] = [
    { name: allButControls, includes: (mechanism) => !controls.includes(mechanism) },
    { name: allMechanisms, includes: () => true },
  ];
  return [...(mechanisms.some((name) => controls.includes(name)) ? pooled : pooled.slice(1)), ...single];
}

/** Three units are the least that can rank in more than two ways; null below that. */
function tableOf(units: readonly Unit[], outcome: string, plan: AnalysisPlan): CorrelationTable | null {
  if (units.length < 3) return null;
  const names = measureNames(units);
  const oriented = (name: string) => {
    const sign = directionOf(name) === 'smaller' ? -1 : 1;
    return Float64Array.from(units, ({ measures }) => sign * measures[name]!);
  };
  const sources = Object.keys(units[0]!.shares).sort();
  return correlationTable({
    measures: new Map(names.map((name) => [name, oriented(name)])),
    outcome: Float64Array.from(units, ({ outcomes }) => outcomes[outcome]!),
    controls: sources.map((source) => Float64Array.from(units, ({ shares }) => shares[source] ?? 0)),
    clusters: units.map(({ recipe }) => recipe),
    leads: plan.leads,
    plan: { key: plan.key, draws: plan.bootstrapDraws, partialDraws: Math.ceil(plan.bootstrapDraws / 4) },
  });
}

function measureNames(units: readonly Unit[]): string[] {
  const names = Object.keys(units[0]?.measures ?? {});
  return names.filter((name) => units.every(({ measures }) => name in measures));
}

/** Out of distribution first, the mean of all students before each of them. */
function outcomesIn(units: readonly Unit[]): string[] {
  const found = Object.keys(units[0]?.outcomes ?? {});
  const first = [outcomeName(allStudents, 'out'), outcomeName(allStudents, 'in')];
  return [...first.filter((name) => found.includes(name)), ...found.filter((name) => !first.includes(name))];
}

function spreadOf(
  { outcome, mechanism }: Pick<OutcomeSpread, 'outcome' | 'mechanism'>,
  draws: readonly Unit[],
  includes: Group['includes'],
): OutcomeSpread {
  const byRecipe = new Map<string, number[]>();
  for (const { recipe, mechanism: own, outcomes } of draws) {
    if (includes(own)) byRecipe.set(recipe, [...(byRecipe.get(recipe) ?? []), outcomes[outcome]!]);
  }
  const groups = [...byRecipe.values()];
  const means = groups.map(mean);
  const repeated = groups.filter(({ length }) => length > 1);
  const luck = mean(repeated.map((values) => variance(values) / values.length));
  const between = variance(means);
  return {
    outcome,
    mechanism,
    recipes: groups.length,
    mean: mean(means),
    lowest: Math.min(...means),
    highest: Math.max(...means),
    reliability: repeated.length === 0 || !(between > 0) ? null : 1 - luck / between,
  };
}

function requireOutcome(screened: readonly ScreenedBenchmark[]): void {
  if (screened.some(({ kept, distribution }) => kept && distribution === 'out')) return;
  const seen = screened
    .filter(({ distribution }) => distribution === 'out')
    .map(
      ({ student, benchmark, interval: [low], chance }) =>
        `${student} on ${benchmark} ${low.toFixed(3)} of ${chance.toFixed(3)}`,
    );
  throw new PermanentError(
    FailureType.InvalidData,
    'Study, screening: no student beats chance on any benchmark out of distribution, so there is nothing to relate measures to ' +
      `(lower end of the interval, of chance: ${seen.join('; ')}). Give larger subsets, a pool nearer to the benchmarks, or other students.`,
  );
}

function variance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}
