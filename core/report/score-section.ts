// The student before and after training on every benchmark, metric by metric, and the difference on the same rows.

import type { Estimate, Score } from '../../contracts/scores.ts';
import { intervalPlot, legend } from './charts.ts';
import type { ReportFigures, ScoreFigures } from './figures.ts';
import { plural, points, range, whole } from './format.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { metricChange, metricEstimate, metricValue } from './metric-text.ts';
import { axisOver } from './scale.ts';
import { table, withInterval } from './table.ts';

export function scoreSection({ scores, means, ungraded }: ReportFigures): Markup | null {
  if (ungraded !== null) {
    return markup`<section id="scores"><h2>The student on held-out benchmarks</h2>
<p class="about">Not graded on this machine: ${ungraded} Serve the student and evaluate it through its endpoint with <code>diffract evaluate</code>.</p></section>`;
  }
  if (scores.length === 0) return null;
  const ordered = [...scores].sort((a, b) => a.distribution.localeCompare(b.distribution));
  return markup`<section id="scores"><h2>The student on held-out benchmarks</h2>
<p class="about">The main metric with 95 % intervals (Wilson for shares of right answers, bootstrap over rows otherwise). The difference is taken row by row on the same questions (paired bootstrap); when its interval holds 0, the change may be chance. ${meanText(means, ordered)}</p>
<div class="pair"><div><h3>Score</h3>${legend([
    { name: 'before training', role: 'control' },
    { name: 'after training', role: 'main' },
  ])}${intervalPlot(
    'Score',
    ordered.map((score) => ({
      name: score.benchmark,
      note: `${side(score)}, n = ${whole(score.n)}`,
      before: mainOf(score.before),
      after: mainOf(score.after),
    })),
    {
      axis: { low: 0, high: 1, ticks: [0, 0.25, 0.5, 0.75, 1] },
      show: (tick) => `${Math.round(100 * tick)} %`,
      zero: false,
    },
  )}</div>${differences(ordered)}</div>${scoreTable(ordered)}${groupTable(ordered)}</section>`;
}

/** `Mean over 3 benchmarks out of distribution: 42.3 % (...) before, 49.0 % (...) after.` */
function meanText(means: ReportFigures['means'], scores: readonly ScoreFigures[]): string {
  return (['in', 'out'] as const)
    .flatMap((distribution) => {
      const mean = means?.[distribution] ?? null;
      if (mean === null) return [];
      const metric = metricOf(scores[0]);
      const shown = (estimate: Estimate | null) => (estimate === null ? 'none' : metricEstimate(metric, estimate));
      const where = distribution === 'in' ? 'in distribution' : 'out of distribution';
      const change = mean.difference === null ? '' : `, change ${range(mean.difference.interval, points)} points`;
      return `Mean over ${plural(mean.benchmarks, 'benchmark')} ${where}: ${shown(mean.first)} before, ${shown(mean.second)} after${change}.`;
    })
    .join(' ');
}

function differences(scores: readonly ScoreFigures[]): Markup | null {
  const changed = scores.flatMap((score) => (score.change === null ? [] : [{ ...score, change: score.change }]));
  if (changed.length === 0) return null;
  const axis = axisOver([0, ...changed.flatMap(({ change }) => [change.value, ...(change.interval ?? [])])]);
  const rows = changed.map(({ benchmark, change }) => ({
    name: benchmark,
    note: `${points(change.value)} points`,
    before: null,
    after: change,
  }));
  const plot = intervalPlot('Change in score', rows, { axis, show: points, zero: true });
  return markup`<div><h3>Change, in percentage points</h3>${legend([{ name: 'after minus before', role: 'main' }])}${plot}</div>`;
}

/** One line a metric; the benchmark stands beside its first one. */
function scoreTable(scores: readonly ScoreFigures[]): Markup {
  return table(
    [
      { title: 'Benchmark', kind: 'text' },
      { title: 'Distribution', kind: 'text' },
      { title: 'n', kind: 'number' },
      { title: 'Metric', kind: 'text' },
      { title: 'Before', kind: 'number' },
      { title: 'After', kind: 'number' },
      { title: 'Change, points', kind: 'number' },
      { title: '95 % interval', kind: 'number' },
      { title: 'Graded by', kind: 'text' },
    ],
    scores.flatMap((score) =>
      metricsIn(score).map((metric, place) => [
        place === 0 ? score.benchmark : '',
        place === 0 ? side(score) : '',
        place === 0 ? whole(score.n) : '',
        metric,
        cell(metric, score.before),
        cell(metric, score.after),
        changeCell(metric, score.differences?.[metric] ?? null),
        range(score.differences?.[metric]?.interval ?? null, (value) => metricChange(metric, value)),
        place === 0 ? ((score.after ?? score.before)?.grader ?? '') : '',
      ]),
    ),
  );
}

function groupTable(scores: readonly ScoreFigures[]): Markup | null {
  const rows = scores.flatMap(
    ({ benchmark, before, after }) =>
      (after ?? before)?.groups.map(({ group, n }) => {
        const metric = metricOf({ before, after });
        const of = (score: Score | null) => score?.groups.find((one) => one.group === group)?.score ?? null;
        return [benchmark, group, whole(n), estimateCell(metric, of(before)), estimateCell(metric, of(after))];
      }) ?? [],
  );
  if (rows.length === 0) return null;
  const columns = [
    { title: 'Benchmark', kind: 'text' },
    { title: 'Group', kind: 'text' },
    { title: 'n', kind: 'number' },
    { title: 'Before', kind: 'number' },
    { title: 'After', kind: 'number' },
  ] as const;
  return markup`<details><summary>By group of rows</summary>${table(columns, rows)}</details>`;
}

/** Coloured only when the interval excludes zero. */
function changeCell(metric: string, change: Estimate | null): Markup | string {
  if (change === null) return 'none';
  const sure = change.interval !== null && (change.interval[0] > 0 || change.interval[1] < 0);
  return markup`<span class="${sure ? (change.value > 0 ? 'good' : 'bad') : ''}">${metricChange(metric, change.value)}</span>`;
}

function cell(metric: string, score: Score | null): Markup | string {
  return estimateCell(metric, score?.metrics[metric] ?? null);
}

function estimateCell(metric: string, estimate: Estimate | null): Markup | string {
  if (estimate === null) return 'not measured';
  const interval = estimate.interval === null ? null : range(estimate.interval, (value) => metricValue(metric, value));
  return withInterval(metricValue(metric, estimate.value), interval);
}

function metricsIn({ before, after }: ScoreFigures): readonly string[] {
  return Object.keys((after ?? before)?.metrics ?? {});
}

function metricOf(score: Pick<ScoreFigures, 'before' | 'after'> | undefined): string {
  return (score?.after ?? score?.before)?.main ?? '';
}

function mainOf(score: Score | null): Estimate | null {
  return score?.metrics[score.main] ?? null;
}

function side({ distribution }: ScoreFigures): string {
  return distribution === 'in' ? 'in distribution' : 'out of distribution';
}
