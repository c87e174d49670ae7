// Subsets: what a recipe takes of each stratum of the pool, so that label and length are matched whatever the recipe.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { RecipeSpace } from '../../contracts/study.ts';
import { rowOf, type RowMatrix } from '../diversity/row-matrix.ts';
import { permutation } from '../random/philox.ts';
import { drawItems, weightedUrn } from '../random/weighted-draw.ts';
import type { Recipe, RecipeRule } from './recipes.ts';
import type { PoolItem, Stratum } from './strata.ts';
import { stratumName } from './strata.ts';

export interface SubsetPool {
  readonly items: readonly PoolItem[];
  readonly strata: readonly Stratum[];
  /** Unit rows of every space that a recipe of the study names. */
  readonly spaces: ReadonlyMap<RecipeSpace, RowMatrix>;
}

/**
 * The subsets of one recipe: number `draw` is the same whichever others are drawn. Rows come in a seeded order.
 * - ball: in each stratum the samples most like the centre (cosine), as many as the stratum's part of the neighbourhood (all
 *   of a smaller stratum), of which the quota is drawn at random;
 * - mix: drawn by weight; duplicates: a share of the quota drawn at random and repeated in turn, at least one of a stratum.
 * @returns a drawer; @throws {PermanentError} `InvalidData` from it, when a stratum lacks samples that the recipe may take
 */
export function subsetsOf(recipe: Recipe, pool: SubsetPool, seed: number): (draw: number) => number[] {
  const { items, strata } = pool;
  const size = strata.reduce((sum, { quota }) => sum + quota, 0);
  const nearness = nearnessOf(recipe.rule, pool);
  const choices = strata.map((stratum) => ({ stratum, rows: candidatesOf(recipe.rule, stratum, { size, nearness }) }));
  return (draw) => {
    const key = `${seed}/draw/${recipe.name}/${draw}`;
    const taken = choices.flatMap(({ stratum, rows }) => {
      const own = `${key}/${stratum.label}/${stratum.band}`;
      const drawn = drawRows(recipe.rule, { rows, quota: stratum.quota, items }, own);
      if (drawn.length < stratum.quota) throw tooFew(recipe, stratum, drawn.length);
      return drawn;
    });
    return [...permutation(`${key}/order`, taken.length)].map((place) => taken[place]!);
  };
}

/** Cosine of every row with the centre; null where the recipe has none. */
function nearnessOf(rule: RecipeRule, { spaces }: SubsetPool): Float64Array | null {
  if (rule.kind !== 'ball') return null;
  const space = spaces.get(rule.space)!;
  const centre = rowOf(space, rule.centre);
  return Float64Array.from({ length: space.count }, (_, row) => {
    return rowOf(space, row).reduce((sum, value, column) => sum + value * centre[column]!, 0);
  });
}

function candidatesOf(
  rule: RecipeRule,
  { rows, quota }: Stratum,
  { size, nearness }: { readonly size: number; readonly nearness: Float64Array | null },
): readonly number[] {
  if (rule.kind !== 'ball' || nearness === null) return rows;
  const part = Math.max(quota, Math.round((rule.neighbours * quota) / size));
  return [...rows].sort((a, b) => nearness[b]! - nearness[a]! || a - b).slice(0, part);
}

interface Choice {
  readonly rows: readonly number[];
  readonly quota: number;
  readonly items: readonly PoolItem[];
}

/** Fewer than the quota where the rows that may be taken do not suffice. */
function drawRows(rule: RecipeRule, { rows, quota, items }: Choice, key: string): readonly number[] {
  if (rule.kind === 'mix') {
    const { by, weights } = rule;
    const urn = weightedUrn(rows.map((row) => weights.get(items[row]![by]) ?? 0));
    return drawItems(urn, quota, key).map((place) => rows[place]!);
  }
  const shuffled = [...permutation(key, rows.length)].map((place) => rows[place]!);
  if (rule.kind !== 'duplicates') return shuffled.slice(0, quota);
  const distinct = shuffled.slice(0, Math.max(1, Math.round(quota * rule.share)));
  return Array.from({ length: quota }, (_, place) => distinct[place % distinct.length]!);
}

function tooFew({ name }: Recipe, stratum: Stratum, found: number): PermanentError {
  return new PermanentError(
    FailureType.InvalidData,
    `Study, recipe ${name}: a subset needs ${stratum.quota} samples of ${stratumName(stratum)}, and the recipe may take ` +
      `${found} of the ${stratum.rows.length} in the pool; lower size, add to the pool, or give the other parts a weight (rest)`,
  );
}
