// Recipes become subsets that are matched, seeded and of one size; what cannot be filled is named.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RecipeConfig, StudyConfig } from '../../../contracts/study.ts';
import type { RowMatrix } from '../../../core/diversity/row-matrix.ts';
import { screening } from '../../../contracts/trials.ts';
import { planDraws, wholePool } from '../../../core/study/plan-draws.ts';
import { apportion, strataOf, type PoolItem } from '../../../core/study/strata.ts';
import { wordSpace } from '../../../core/study/word-space.ts';
import { uniforms } from '../../../core/random/philox.ts';

const random = uniforms('subsets test');
const items: PoolItem[] = Array.from({ length: 240 }, (_, row) => ({
  label: row % 3 === 0 ? 'yes' : 'no',
  words: 5 + Math.floor(random.next() * 30),
  source: ['mnli', 'sick', 'snli'][Math.floor(random.next() * 3)]!,
  group: `phenomenon-${row % 8}`,
}));

/** Rows on a circle, in the order of their numbers: neighbours are neighbours in number. */
const circle: RowMatrix = {
  values: Float32Array.from(
    items.flatMap((_, row) => [Math.cos((Math.PI * row) / 240), Math.sin((Math.PI * row) / 240)]),
  ),
  count: items.length,
  dimension: 2,
};

const recipes: RecipeConfig[] = [
  { kind: 'balls', name: 'near', space: 'embeddings', neighbours: [40, 120], centres: 3 },
  {
    kind: 'mixes',
    name: 'sources',
    by: 'source',
    mixes: [{ mnli: 1 }, { sick: 1, snli: 3 }],
    choose: [],
    count: 1,
    rest: 0.05,
  },
  { kind: 'mixes', name: 'phenomena', by: 'group', mixes: [], choose: [6, 8], count: 2, rest: 0 },
  { kind: 'duplicates', name: 'copies', shares: [0.1, 0.5] },
  { kind: 'random', name: 'random' },
];

const study = {
  name: 'subsets',
  task: 'nli',
  seed: 3,
  size: 36,
  draws: 3,
  matching: { labels: 'equal', lengthBands: 3 },
  recipes,
  screeningDraws: 2,
} as unknown as StudyConfig;

const plan = (change: Partial<StudyConfig> = {}) =>
  planDraws({ ...study, ...change }, { items, spaces: new Map([['embeddings', circle]]) });

describe('the plan of a study', () => {
  it('matches labels exactly and lengths by band in every subset, whatever its recipe', () => {
    const strata = strataOf(items, study.matching, study.size);
    const stratumOf = (row: number) => strata.findIndex(({ rows }) => rows.includes(row));
    const { draws } = plan();
    assert.equal(draws.length, 1 + 2 + 3 * (6 + 2 + 4 + 2 + 1));
    for (const { recipe, rows } of draws.filter((draw) => draw.recipe !== wholePool)) {
      assert.equal(rows.length, 36, recipe);
      const counts = strata.map((_, place) => rows.filter((row) => stratumOf(row) === place).length);
      assert.deepEqual(
        counts,
        strata.map(({ quota }) => quota),
        recipe,
      );
      assert.equal(rows.filter((row) => items[row]!.label === 'yes').length, 18, recipe);
    }
  });

  it('is the same again, and adds draws without changing those before', () => {
    assert.deepEqual(plan(), plan());
    const { draws } = plan({ draws: 5 });
    assert.deepEqual(draws.slice(0, plan().draws.length), plan().draws);
    assert.notDeepEqual(plan({ seed: 4 }).draws, plan().draws);
  });

  it('takes draw after draw of all recipes, the screening first', () => {
    const { draws, pageEnds, recipes: count } = plan();
    assert.equal(count, 15);
    assert.deepEqual(pageEnds, [3, 18, 33, 48]);
    assert.ok(draws.slice(0, 3).every(({ mechanism }) => mechanism === screening));
    assert.deepEqual(new Set(draws.slice(3, 18).map(({ draw }) => draw)), new Set([0]));
    const whole = draws[0]!.rows;
    assert.deepEqual([whole.length, whole.filter((row) => items[row]!.label === 'yes').length], [160, 80]);
  });

  it('draws a ball from around its centre alone, and a wider one from further away', () => {
    const { draws } = plan();
    const reach = (recipe: string) => {
      const rows = draws.filter((draw) => draw.recipe === recipe).flatMap((draw) => draw.rows);
      return Math.max(...rows) - Math.min(...rows);
    };
    for (const centre of [0, 1, 2]) {
      assert.ok(reach(`near/40/${centre}`) < 130, `40 neighbours reach over ${reach(`near/40/${centre}`)} rows`);
    }
    assert.ok(reach('near/120/0') > reach('near/40/0'));
  });

  it('favours the parts that a mix names, and takes chosen phenomena alone', () => {
    const { draws } = plan();
    const shareOf = (recipe: string, matches: (item: PoolItem) => boolean) => {
      const rows = draws.filter((draw) => draw.recipe === recipe).flatMap((draw) => draw.rows);
      return rows.filter((row) => matches(items[row]!)).length / rows.length;
    };
    assert.ok(shareOf('sources/mnli=1', ({ source }) => source === 'mnli') > 0.8);
    assert.ok(shareOf('sources/sick=1+snli=3', ({ source }) => source === 'mnli') < 0.15);
    const used = new Set(
      draws
        .filter(({ recipe }) => recipe === 'phenomena/6/0')
        .flatMap(({ rows }) => rows.map((row) => items[row]!.group)),
    );
    assert.equal(used.size, 6);
  });

  it('repeats the distinct share of a duplicates recipe evenly, and repeats nothing elsewhere', () => {
    for (const { recipe, rows } of plan().draws) {
      const distinct = new Set(rows).size;
      if (recipe === 'copies/0.1') assert.ok(distinct >= 4 && distinct <= 8, `${distinct}`);
      else if (recipe === 'copies/0.5') assert.ok(distinct >= 16 && distinct <= 20, `${distinct}`);
      else assert.equal(distinct, rows.length, recipe);
    }
  });

  it('names the recipe that cannot be filled', () => {
    const only = (recipe: RecipeConfig) => () => plan({ recipes: [recipe] });
    const mixes = { kind: 'mixes', by: 'group', mixes: [], choose: [], count: 1, rest: 0 } as const;
    assert.throws(
      only({ ...mixes, name: 'one', choose: [1] }),
      /recipe one\/1\/0: a subset needs \d+ samples of label "(yes|no)", length band \d/,
    );
    assert.throws(only({ ...mixes, name: 'none', mixes: [{ grammar: 1 }] }), /no group "grammar"; it has phenomenon-0/);
    assert.throws(only({ ...mixes, name: 'many', choose: [9] }), /9 parts cannot be chosen by group; the pool has 8/);
    assert.throws(
      only({ kind: 'balls', name: 'wide', space: 'embeddings', neighbours: [500], centres: 1 }),
      /recipes wide: a neighbourhood of 500 cannot fill subsets of 36 out of a pool of 240/,
    );
  });

  it('says which label cannot be matched', () => {
    assert.throws(() => plan({ size: 200 }), /label "yes" has 80 samples, a subset of 200 needs 100/);
    assert.throws(() => plan({ size: 35 }), /35 samples cannot be shared equally by 2 labels/);
    const same = items.map((item) => ({ ...item, label: 'yes' }));
    const run = () => planDraws(study, { items: same, spaces: new Map() });
    assert.throws(run, /shared equally by 1 label \(yes\)/);
    const open = items.map((item, row) => ({ ...item, label: String(row) }));
    assert.throws(() => strataOf(open, study.matching, 36), /240 different answers, which are no labels/);
    assert.doesNotThrow(() => strataOf(open, { labels: 'none', lengthBands: 2 }, 36));
  });
});

describe('apportion', () => {
  it('gives whole shares that add up, the largest remainder first', () => {
    assert.deepEqual(apportion(10, [1, 1, 1]), [4, 3, 3]);
    assert.deepEqual(apportion(7, [0, 2, 5]), [0, 2, 5]);
    assert.deepEqual(apportion(5, [90, 9, 1]), [5, 0, 0]);
  });
});

describe('the space of words', () => {
  it('has unit rows, equal for equal words, near for shared rare words', () => {
    const texts = ['the red fox', 'fox the red', 'the red deer', 'the blue whale', ''];
    const { values, count, dimension } = wordSpace(texts);
    const cosine = (a: number, b: number) =>
      Array.from(
        { length: dimension },
        (_, column) => values[a * dimension + column]! * values[b * dimension + column]!,
      ).reduce((x, y) => x + y);
    assert.equal(count, 5);
    for (let row = 0; row < count; row++) assert.ok(Math.abs(cosine(row, row) - 1) < 1e-6);
    assert.ok(Math.abs(cosine(0, 1) - 1) < 1e-6);
    assert.ok(cosine(0, 2) > cosine(0, 3));
  });
});
