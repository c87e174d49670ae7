// The whole plan of a study: the subsets of the screening, then one draw of every recipe after another, so that whatever is
// done first already covers all recipes.

import type { StudyConfig } from '../../contracts/study.ts';
import { screening } from '../../contracts/trials.ts';
import type { Draw } from '../../contracts/trials.ts';
import { permutation } from '../random/philox.ts';
import { listRecipes } from './recipes.ts';
import { strataOf } from './strata.ts';
import type { SubsetPool } from './subsets.ts';
import { subsetsOf } from './subsets.ts';

export const wholePool = `${screening}/whole-pool`;
export const randomSubsets = `${screening}/random`;

export interface PlannedDraws {
  readonly draws: readonly Draw[];
  /** Where each page ends: the screening, then draw 0 of all recipes, draw 1, ... */
  readonly pageEnds: readonly number[];
  readonly recipes: number;
}

type PlanPool = Pick<SubsetPool, 'items' | 'spaces'>;

/** @throws {PermanentError} `InvalidConfig` or `InvalidData` naming the recipe that cannot be filled */
export function planDraws(study: StudyConfig, { items, spaces }: PlanPool): PlannedDraws {
  const { size, seed, matching } = study;
  const strata = strataOf(items, matching, size);
  const pool: SubsetPool = { items, strata, spaces };
  const recipes = listRecipes({ recipes: study.recipes, items, size, seed }).map((recipe) => {
    return { recipe, subset: subsetsOf(recipe, pool, seed) };
  });
  const pages = Array.from({ length: study.draws }, (_, draw): Draw[] =>
    recipes.map(({ recipe: { name, mechanism }, subset }) => ({ recipe: name, mechanism, draw, rows: subset(draw) })),
  );
  const all = [screeningDraws(study, pool), ...pages];
  const pageEnds = all.map((_, page) => all.slice(0, page + 1).reduce((sum, { length }) => sum + length, 0));
  return { draws: all.flat(), pageEnds, recipes: recipes.length };
}

function screeningDraws(study: StudyConfig, pool: SubsetPool): Draw[] {
  const { screeningDraws: count, seed } = study;
  const random = { name: randomSubsets, mechanism: screening, rule: { kind: 'random' } } as const;
  const subset = subsetsOf(random, pool, seed);
  return [
    { recipe: wholePool, mechanism: screening, draw: 0, rows: largestMatched(study, pool.items) },
    ...Array.from({ length: count }, (_, draw): Draw => {
      return { recipe: randomSubsets, mechanism: screening, draw, rows: subset(draw) };
    }),
  ];
}

/** All of the pool, or as much of it as has every label equally often. */
function largestMatched({ matching, seed }: StudyConfig, items: SubsetPool['items']): number[] {
  const rows = items.map((_, row) => row);
  if (matching.labels !== 'equal') return rows;
  const byLabel = [...new Set(items.map(({ label }) => label))].map((label) =>
    rows.filter((row) => items[row]!.label === label),
  );
  const most = Math.min(...byLabel.map(({ length }) => length));
  const taken = byLabel.flatMap((own, place) => {
    return [...permutation(`${seed}/whole-pool/${place}`, own.length).subarray(0, most)].map((index) => own[index]!);
  });
  return taken.sort((a, b) => a - b);
}
