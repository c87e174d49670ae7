// The report of a study: what stands on the page, that data cannot break it, and that JSON has the same numbers.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StudyConfig } from '../../../contracts/study.ts';
import type { Trial } from '../../../contracts/trials.ts';
import { renderStudy, type StudyFigures } from '../../../core/report/study-report.ts';
import { analyseStudy } from '../../../core/study/analysis.ts';
import { screening } from '../../../contracts/trials.ts';
import { randomSubsets, wholePool } from '../../../core/study/plan-draws.ts';

const score = (value: number) => ({ score: value, error: 0.01, n: 100, chance: 0.5 });
const trial = (recipe: string, mechanism: string, value: number, measure: number): Trial => ({
  id: `${recipe}/0/ridge`,
  recipe,
  mechanism,
  draw: 0,
  student: 'ridge',
  distinct: 10,
  measures: { 'g-vendi:text': measure, 'self-bleu': 1 / measure },
  shares: { mnli: measure / 10 },
  scores: { 'hard <b>': score(value) },
});
const trials = [
  trial(wholePool, screening, 0.8, 1),
  trial(randomSubsets, screening, 0.7, 1),
  ...[1, 2, 3, 4, 5, 6].map((unit) => trial(`balls/${unit}`, 'balls', 0.5 + unit / 20, unit)),
];
const study = {
  name: 'on paper',
  task: 'nli',
  size: 10,
  matching: { labels: 'equal', lengthBands: 3 },
  recipes: [{ kind: 'random', name: 'balls' }],
  students: [{ kind: 'features', name: 'ridge' }],
  leads: ['g-vendi:text'],
  score: 'balanced-accuracy',
  screeningDraws: 1,
} as unknown as StudyConfig;
const sets = [{ name: 'hard <b>', distribution: 'out' as const }];
const planOf = {
  sets,
  controls: [],
  leads: study.leads,
  key: 'report',
  bootstrapDraws: 100,
  pause: () => Promise.resolve(),
};

const analysis = await analyseStudy(trials, planOf);

describe('the report of a study', () => {
  const { html, json } = renderStudy({ study, analysis, planned: 16 });

  it('shows rho with its interval, the screening, a plot a measure, and how much is done', () => {
    assert.match(html, /50\.0 % done: early results/);
    assert.match(html, /<td class="">.*1\.00.*<small>/);
    assert.match(html, /hard &lt;b&gt;.*counts/s);
    assert.equal(html.match(/<figure aria-label="(g-vendi:text|self-bleu)"/g)?.length, 2);
    assert.match(html, /<title>balls\/3: 3\.00, 65\.0 %<\/title>/);
    assert.ok(!html.includes('hard <b>'), 'names are escaped');
    assert.ok(!/NaN|undefined/.test(html));
  });

  it('has the same numbers as JSON', () => {
    const figures = JSON.parse(json) as StudyFigures;
    assert.equal(figures.schemaVersion, 1);
    assert.deepEqual(figures.analysis.points, JSON.parse(JSON.stringify(analysis.points)));
    assert.equal(figures.analysis.tables[0]!.correlations[0]!.rho, 1);
  });

  it('is a page also while only the screening is done', async () => {
    const early = renderStudy({ study, analysis: await analyseStudy(trials.slice(0, 2), planOf), planned: 16 });
    assert.match(early.html, /Benchmarks that count/);
    assert.ok(!early.html.includes('id="correlations"'));
  });
});
