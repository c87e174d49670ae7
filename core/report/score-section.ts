// The student before and after training on every benchmark, and the difference on the same rows.

import type { Accuracy } from '../../contracts/status.ts';
import { intervalPlot, legend } from './charts.ts';
import type { Estimate } from './charts.ts';
import type { ReportFigures, ScoreFigures } from './figures.ts';
import { percent, points, range, whole } from './format.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { axisOver } from './scale.ts';
import { table, withInterval } from './table.ts';

export function scoreSection({ scores }: ReportFigures): Markup | null {
  if (scores.length === 0) return null;
  const ordered = [...scores].sort((a, b) => a.distribution.localeCompare(b.distribution));
  return markup`<section id="scores"><h2>The student on held-out benchmarks</h2>
<p class="about">Accuracy with 95 % intervals (Wilson). The difference is taken row by row on the same questions (paired bootstrap); when its interval holds 0, the change may be chance.</p>
<div class="pair"><div><h3>Accuracy</h3>${legend([
    { name: 'before training', role: 'control' },
    { name: 'after training', role: 'main' },
  ])}${intervalPlot(
    'Accuracy',
    ordered.map((score) => ({
      name: score.benchmark,
      note: `${side(score)}, n = ${whole(score.n)}`,
      before: estimate(score.before),
      after: score.after === null ? null : estimate(score.after),
    })),
    {
      axis: { low: 0, high: 1, ticks: [0, 0.25, 0.5, 0.75, 1] },
      show: (tick) => `${Math.round(100 * tick)} %`,
      zero: false,
    },
  )}</div>${differences(ordered)}</div>${scoreTable(ordered)}</section>`;
}

function differences(scores: readonly ScoreFigures[]): Markup | null {
  const changed = scores.filter(({ change }) => change !== null);
  if (changed.length === 0) return null;
  const axis = axisOver([0, ...changed.flatMap(({ change, difference }) => [change ?? 0, ...(difference ?? [])])]);
  const rows = changed.map(({ benchmark, change, difference }) => ({
    name: benchmark,
    note: `${points(change ?? 0)} points`,
    before: null,
    after: { value: change ?? 0, interval: difference },
  }));
  const plot = intervalPlot('Change in accuracy', rows, { axis, show: points, zero: true });
  return markup`<div><h3>Change, in percentage points</h3>${legend([{ name: 'after minus before', role: 'main' }])}${plot}</div>`;
}

function scoreTable(scores: readonly ScoreFigures[]): Markup {
  return table(
    [
      { title: 'Benchmark', kind: 'text' },
      { title: 'Distribution', kind: 'text' },
      { title: 'n', kind: 'number' },
      { title: 'Before', kind: 'number' },
      { title: 'After', kind: 'number' },
      { title: 'Change, points', kind: 'number' },
      { title: '95 % interval', kind: 'number' },
    ],
    scores.map((score) => [
      score.benchmark,
      side(score),
      whole(score.n),
      accuracy(score.before),
      score.after === null ? 'not measured' : accuracy(score.after),
      score.change === null ? 'none' : coloured(score.change, score.difference),
      range(score.difference, points),
    ]),
  );
}

/** Coloured only when the interval excludes zero. */
function coloured(change: number, difference: readonly [number, number] | null): Markup {
  const sure = difference !== null && (difference[0] > 0 || difference[1] < 0);
  return markup`<span class="${sure ? (change > 0 ? 'good' : 'bad') : ''}">${points(change)}</span>`;
}

function side({ distribution }: ScoreFigures): string {
  return distribution === 'in' ? 'in distribution' : 'out of distribution';
}

function accuracy(value: Accuracy): Markup {
  return withInterval(percent(value.accuracy), range(value.interval, percent));
}

function estimate({ accuracy: value, interval }: Accuracy): Estimate {
  return { value, interval };
}
