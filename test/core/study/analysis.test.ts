// What a study says of made-up trials: the screening, correlations against scipy, mechanisms apart, leads, and early results.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Trial } from '../../../contracts/trials.ts';
import { allButControls, allMechanisms, analyseStudy, type AnalysisPlan } from '../../../core/study/analysis.ts';
import { screening } from '../../../contracts/trials.ts';
import { randomSubsets, wholePool } from '../../../core/study/plan-draws.ts';
import { chanceOf, trialScore } from '../../../core/study/scores.ts';

interface Golden {
  readonly share: readonly number[];
  readonly measures: Readonly<Record<'first' | 'second', readonly number[]>>;
  readonly outcome: readonly number[];
  readonly rho: Readonly<Record<'first' | 'second', number>>;
  readonly partial: Readonly<Record<'first' | 'second', number>>;
}

const golden = (
  JSON.parse(readFileSync(new URL('../../golden/study.json', import.meta.url), 'utf8')) as { correlations: Golden }
).correlations;

const score = (value: number) => ({ score: value, error: 0.01, n: 100, chance: 0.5 });

function trialOf(change: Partial<Trial> & Pick<Trial, 'recipe' | 'mechanism'>): Trial {
  const base = { draw: 0, student: 'ridge', distinct: 10, measures: {}, shares: {}, scores: {} };
  return { ...base, ...change, id: `${change.recipe}/${change.draw ?? 0}/${change.student ?? 'ridge'}` };
}

/** Hard is at chance; easy and same are not. */
const screened = [wholePool, randomSubsets].map((recipe) =>
  trialOf({ recipe, mechanism: screening, scores: { easy: score(0.7), hard: score(0.51), same: score(0.8) } }),
);

/** The golden units as recipes of two draws each, whose means are the units. */
const units = golden.outcome.flatMap((outcome, unit) =>
  [-0.01, 0.01].map((luck, draw) =>
    trialOf({
      recipe: `balls/${unit}`,
      mechanism: 'balls',
      draw,
      measures: {
        'g-vendi:text': golden.measures.first[unit]!,
        'self-bleu': -golden.measures.second[unit]!,
      },
      shares: { mnli: golden.share[unit]!, snli: 1 - golden.share[unit]! },
      scores: { easy: score(outcome + luck), hard: score(0.5), same: score(0.9) },
    }),
  ),
);

const plan: AnalysisPlan = {
  sets: [
    { name: 'easy', distribution: 'out' },
    { name: 'hard', distribution: 'out' },
    { name: 'same', distribution: 'in' },
  ],
  controls: ['duplicates'],
  leads: ['g-vendi:text'],
  key: 'test',
  bootstrapDraws: 400,
  pause: () => Promise.resolve(),
};

const near = (found: number | null | undefined, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs((found ?? NaN) - expected) < tolerance, `found ${found}, expected ${expected}`);

const analysis = await analyseStudy([...screened, ...units], plan);

describe('the analysis of a study', () => {
  const tableOf = (level: string, mechanism = 'balls', outcome = 'all students') =>
    analysis.tables.find((one) => one.level === level && one.mechanism === mechanism && one.outcome === outcome)!;

  it('correlates recipe means as scipy does, measures that fall with diversity turned', () => {
    const { correlations, units: count } = tableOf('recipe');
    assert.equal(count, 24);
    near(correlations.find(({ measure }) => measure === 'g-vendi:text')?.rho, golden.rho.first);
    near(correlations.find(({ measure }) => measure === 'self-bleu')?.rho, golden.rho.second);
  });

  it('holds source shares fixed', () => {
    const { correlations } = tableOf('recipe');
    near(correlations.find(({ measure }) => measure === 'g-vendi:text')?.partial, golden.partial.first);
    near(correlations.find(({ measure }) => measure === 'self-bleu')?.partial, golden.partial.second);
  });

  it('gives every rho an interval around it, over recipes also at the level of subsets', () => {
    for (const level of ['recipe', 'draw']) {
      for (const { rho, interval } of tableOf(level).correlations) {
        assert.ok(
          interval !== null && interval[0] < rho && rho < interval[1],
          `${level}: ${rho} in ${interval?.join()}`,
        );
        assert.ok(interval[1] - interval[0] > 0.1, 'two subsets of one recipe are no two recipes');
      }
    }
    assert.equal(tableOf('draw').units, 48);
  });

  it('tells how far one measure leads another on the same resamples', () => {
    const [lead] = tableOf('recipe').leads;
    assert.deepEqual([lead?.measure, lead?.other], ['g-vendi:text', 'self-bleu']);
    near(lead?.difference, golden.rho.first - golden.rho.second);
    assert.ok(lead!.interval[0] < lead!.difference && lead!.difference < lead!.interval[1]);
  });

  it('counts only benchmarks on which random subsets beat chance, and keeps the sides apart', () => {
    const kept = analysis.screened.filter((one) => one.kept).map(({ benchmark }) => benchmark);
    assert.deepEqual(kept, ['easy', 'same']);
    const hard = analysis.screened.find(({ benchmark }) => benchmark === 'hard')!;
    assert.ok(hard.interval[0] < 0.5 && hard.interval[0] > 0.49);
    const point = analysis.points.find(({ recipe }) => recipe === 'balls/3')!;
    near(point.outcomes['all students'], golden.outcome[3]!);
    near(point.outcomes['ridge, in'], 0.9);
  });

  it('says how much of the spread is luck of the draw', () => {
    const spread = analysis.spreads.find(({ mechanism, outcome }) => mechanism === 'balls' && outcome === 'ridge')!;
    const mean = golden.outcome.reduce((a, b) => a + b) / 24;
    const between = golden.outcome.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 23;
    near(spread.reliability, 1 - 0.0001 / between, 1e-9);
    assert.equal(spread.recipes, 24);
  });

  it('keeps the positive control out of the pooled correlation and shows it apart', async () => {
    const copies = [1, 2, 3, 4, 5, 6].map((unit) =>
      trialOf({
        ...units[0]!,
        recipe: `duplicates/${unit}`,
        mechanism: 'duplicates',
        measures: { ...units[unit]!.measures },
      }),
    );
    const { tables } = await analyseStudy([...screened, ...units, ...copies], plan);
    const countOf = (name: string) =>
      tables.find(({ level, mechanism }) => level === 'recipe' && mechanism === name)?.units;
    assert.deepEqual([allMechanisms, allButControls, 'balls', 'duplicates'].map(countOf), [30, 24, 24, 6]);
  });

  it('is the same again, and says what it can while only the screening is done', async () => {
    assert.deepEqual(await analyseStudy([...screened, ...units], plan), analysis);
    const early = await analyseStudy(screened, plan);
    assert.deepEqual([early.subsets, early.tables.length, early.screened.length], [0, 0, 3]);
  });

  it('refuses to go on where no student beats chance out of distribution', async () => {
    const lost = screened.map((trial) => ({ ...trial, scores: { ...trial.scores, easy: score(0.51) } }));
    await assert.rejects(
      analyseStudy([...lost, ...units], plan),
      /no student beats chance.*ridge on easy 0\.490 of 0\.500/,
    );
  });

  it('leaves out a measure that some subset has no value for', async () => {
    const [first, ...rest] = units;
    const holed = { ...first!, measures: { 'g-vendi:text': 3 } };
    const { tables } = await analyseStudy([...screened, holed, ...rest], plan);
    assert.deepEqual(
      tables[0]!.correlations.map(({ measure }) => measure),
      ['g-vendi:text'],
    );
  });
});

describe('scores of a trial', () => {
  const labels = ['yes', 'yes', 'yes', 'no'];

  it('are accuracy, or the mean of the accuracies by label', () => {
    assert.equal(trialScore([1, 1, 0, 0], labels, 'accuracy').score, 0.5);
    const balanced = trialScore([1, 1, 0, 1], labels, 'balanced-accuracy');
    near(balanced.score, (2 / 3 + 1) / 2);
    near(balanced.error, Math.sqrt((2 / 9 / 3 + 0) / 4));
    near(trialScore([0.5, 1, 0.25, 0.25], labels, 'accuracy').score, 0.5);
  });

  it('have as chance what the best guess scores', () => {
    assert.equal(chanceOf('b', labels, 'balanced-accuracy'), 0.5);
    assert.equal(chanceOf('b', labels, 'accuracy'), 0.75);
    assert.throws(
      () => chanceOf('flat', ['yes', 'yes'], 'accuracy'),
      /benchmark flat: all 2 rows have the answer "yes"/,
    );
  });
});
