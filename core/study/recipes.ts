// Recipes: every way to draw subsets that a study file spells out, one setting each, in the order of the file.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { BallRecipes, MixRecipes, RecipeConfig, RecipeSpace } from '../../contracts/study.ts';
import { permutation } from '../random/philox.ts';
import type { PoolItem } from './strata.ts';

export type RecipeRule =
  | { readonly kind: 'ball'; readonly space: RecipeSpace; readonly neighbours: number; readonly centre: number }
  | { readonly kind: 'mix'; readonly by: 'source' | 'group'; readonly weights: ReadonlyMap<string, number> }
  | { readonly kind: 'duplicates'; readonly share: number }
  | { readonly kind: 'random' };

export interface Recipe {
  /** Unique in the study; begins with the mechanism. */
  readonly name: string;
  readonly mechanism: string;
  readonly rule: RecipeRule;
}

export interface RecipePlan {
  readonly recipes: readonly RecipeConfig[];
  readonly items: readonly PoolItem[];
  /** Samples of a subset. */
  readonly size: number;
  readonly seed: number;
}

/**
 * Centres and chosen parts are seeded, so the list is a function of the study and its pool.
 * @throws {PermanentError} `InvalidConfig` for a neighbourhood smaller than a subset or larger than the pool, for a part
 *   that the pool does not have, and for a choice of more parts than there are
 */
export function listRecipes({ recipes, items, size, seed }: RecipePlan): Recipe[] {
  return recipes.flatMap((entry): Recipe[] => {
    const { name: mechanism } = entry;
    switch (entry.kind) {
      case 'balls':
        return ballRecipes(entry, { count: items.length, size, seed });
      case 'mixes':
        return mixRecipes(entry, items, seed);
      case 'duplicates':
        return entry.shares.map((share) => {
          return { name: `${mechanism}/${share}`, mechanism, rule: { kind: 'duplicates', share } };
        });
      case 'random':
        return [{ name: mechanism, mechanism, rule: { kind: 'random' } }];
    }
  });
}

function ballRecipes(
  { name: mechanism, space, neighbours, centres }: BallRecipes,
  { count, size, seed }: { readonly count: number; readonly size: number; readonly seed: number },
): Recipe[] {
  const wrong = neighbours.find((neighbourhood) => neighbourhood < size || neighbourhood > count);
  if (wrong !== undefined) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `Study, recipes ${mechanism}: a neighbourhood of ${wrong} cannot fill subsets of ${size} out of a pool of ${count}; ` +
        'give sizes between the two',
    );
  }
  return neighbours.flatMap((neighbourhood) => {
    // Other sizes have other centres: one unlucky centre would otherwise look like an effect of its place in the pool.
    const order = permutation(`${seed}/centres/${mechanism}/${neighbourhood}`, count);
    return [...order.subarray(0, centres)].map((centre, place): Recipe => {
      const rule: RecipeRule = { kind: 'ball', space, neighbours: neighbourhood, centre };
      return { name: `${mechanism}/${neighbourhood}/${place}`, mechanism, rule };
    });
  });
}

function mixRecipes(entry: MixRecipes, items: readonly PoolItem[], seed: number): Recipe[] {
  const { name: mechanism, by, mixes, choose, count, rest } = entry;
  const parts = [...new Set(items.map((item) => item[by]))].sort();
  const named = mixes.map((mix) => {
    const strange = Object.keys(mix).find((part) => !parts.includes(part));
    if (strange !== undefined) throw noSuchPart(entry, strange, parts);
    return { name: mixName(mix), weights: new Map(parts.map((part) => [part, mix[part] ?? rest])) };
  });
  const chosen = choose.flatMap((number) => {
    if (number > parts.length) throw tooFewParts(entry, number, parts);
    return Array.from({ length: count }, (_, place) => {
      const order = permutation(`${seed}/parts/${mechanism}/${number}/${place}`, parts.length);
      const taken = new Set([...order.subarray(0, number)].map((part) => parts[part]!));
      const weights = new Map(parts.map((part) => [part, taken.has(part) ? 1 : rest]));
      return { name: `${number}/${place}`, weights };
    });
  });
  return [...named, ...chosen].map(({ name, weights }) => {
    return { name: `${mechanism}/${name}`, mechanism, rule: { kind: 'mix', by, weights } };
  });
}

function mixName(mix: Readonly<Record<string, number>>): string {
  return Object.entries(mix)
    .map(([part, weight]) => `${part}=${weight}`)
    .join('+');
}

function noSuchPart({ name, by }: MixRecipes, part: string, parts: readonly string[]): PermanentError {
  return new PermanentError(
    FailureType.InvalidConfig,
    `Study, recipes ${name}: the pool has no ${by} "${part}"; it has ${parts.join(', ')}`,
  );
}

function tooFewParts({ name, by }: MixRecipes, number: number, parts: readonly string[]): PermanentError {
  return new PermanentError(
    FailureType.InvalidConfig,
    `Study, recipes ${name}: ${number} parts cannot be chosen by ${by}; the pool has ${parts.length}: ${parts.join(', ')}`,
  );
}
