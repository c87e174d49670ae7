// The other sections of a study's report: which benchmarks count, how far scores spread, and the scatter plots.

import { allStudents } from '../study/units.ts';
import { decimal, percent, range, whole } from './format.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { groupLegend, scatterPlot } from './scatter.ts';
import type { StudyReportSource } from './study-report-source.ts';
import { table } from './table.ts';

export function screeningSection({ analysis, study }: StudyReportSource): Markup {
  const rows = analysis.screened.map((one) => [
    one.student,
    one.benchmark,
    one.distribution === 'in' ? 'in' : 'out',
    percent(one.chance),
    percent(one.score),
    range(one.interval, percent),
    percent(one.wholePool),
    one.kept ? 'counts' : 'left out',
  ]);
  return markup`<section id="screening"><h2>Benchmarks that count</h2>
<p class="about">Decided before any correlation: a benchmark counts for a student when the lower end of the 95 % interval of its score (${
    study.score === 'accuracy' ? 'accuracy' : 'mean of the accuracies by label'
  }) over ${study.screeningDraws} random subsets is above chance.</p>${table(
    [
      { title: 'Student', kind: 'text' },
      { title: 'Benchmark', kind: 'text' },
      { title: 'Distribution', kind: 'text' },
      { title: 'Chance', kind: 'number' },
      { title: 'Random subsets', kind: 'number' },
      { title: '95 % interval', kind: 'number' },
      { title: 'Whole pool', kind: 'number' },
      { title: '', kind: 'text' },
    ],
    rows,
  )}</section>`;
}

export function spreadSection({ analysis }: StudyReportSource): Markup {
  const rows = analysis.spreads.map((one) => [
    one.outcome,
    one.mechanism,
    whole(one.recipes),
    percent(one.mean),
    `${percent(one.lowest)} to ${percent(one.highest)}`,
    one.reliability === null ? 'none' : decimal(one.reliability),
  ]);
  return markup`<section id="spread"><h2>How far scores spread</h2>
<p class="about">Reliability is the part of the variance between recipe means that is no luck of the draw: about its root bounds what any measure can reach as rho at the level of recipes.</p>
<details><summary>By outcome and mechanism</summary>${table(
    [
      { title: 'Outcome', kind: 'text' },
      { title: 'Mechanism', kind: 'text' },
      { title: 'Recipes', kind: 'number' },
      { title: 'Mean', kind: 'number' },
      { title: 'Lowest to highest', kind: 'number' },
      { title: 'Reliability', kind: 'number' },
    ],
    rows,
  )}</details></section>`;
}

/** One plot a measure: recipes by the mean score of all students, coloured by mechanism. */
export function scatterSection({ analysis }: StudyReportSource): Markup {
  const groups = [...new Set(analysis.points.map(({ mechanism }) => mechanism))];
  const plots = analysis.measures.map(({ name, moreDiverse }) =>
    scatterPlot(
      analysis.points.flatMap(({ recipe, mechanism, measures, outcomes }) => {
        const [x, y] = [measures[name], outcomes[allStudents]];
        if (x === undefined || y === undefined) return [];
        return [{ x, y, group: mechanism, note: `${recipe}: ${decimal(x)}, ${percent(y)}` }];
      }),
      groups,
      {
        title: name,
        x: moreDiverse === 'smaller' ? `${name} (smaller is more diverse)` : name,
        show: (value) => `${decimal(100 * value, 0)} %`,
      },
    ),
  );
  return markup`<section id="scatter"><h2>Recipe by recipe</h2>
<p class="about">Across: the measure. Up: the mean score out of distribution of all students. Every point is a recipe.</p>
${groupLegend(groups)}<div class="pair">${plots}</div></section>`;
}
