// The tables of a study: rho of every measure by mechanism, and how much one measure leads another.

import type { RankCorrelation } from '../study/correlations.ts';
import type { StudyTable } from '../study/analysis.ts';
import { decimal, range, whole } from './format.ts';
import { markup } from './markup.ts';
import type { Insertion, Markup } from './markup.ts';
import type { StudyReportSource } from './study-report-source.ts';
import { table, withInterval } from './table.ts';

/** For each outcome: recipes, recipes with shares held fixed, single subsets. */
export function correlationSection({ analysis }: StudyReportSource): Markup {
  const [first, ...others] = analysis.outcomes;
  return markup`<section id="correlations"><h2>Measures against scores out of distribution</h2>
<p class="about">Spearman's rho with its 95 % interval under it, for all mechanisms together and for each apart. Points are recipes, each the mean of its subsets.</p>
${first === undefined ? null : outcomeTables(analysis.tables, first)}
${others.map((outcome) => markup`<details><summary>Outcome: ${outcome}</summary>${outcomeTables(analysis.tables, outcome)}</details>`)}
</section>`;
}

export function leadSection({ analysis, study }: StudyReportSource): Markup | null {
  const outcome = analysis.outcomes[0];
  const recipeTables = analysis.tables.filter((one) => one.outcome === outcome && one.level === 'recipe');
  const parts = study.leads.flatMap((measure) => {
    const shown = recipeTables.filter(({ leads }) => leads.some((lead) => lead.measure === measure));
    if (shown.length === 0) return [];
    const own = shown.flatMap(({ leads }) => leads.filter((lead) => lead.measure === measure));
    const names = [...new Set(own.map(({ other }) => other))];
    const rows = names.map((name): Insertion[] => [
      name,
      ...shown.map(({ leads }) => {
        const lead = leads.find((one) => one.measure === measure && one.other === name);
        return lead === undefined ? 'none' : coloured(lead.difference, lead.interval);
      }),
    ]);
    return [
      markup`<h3>${measure} less</h3>${table([{ title: 'measure', kind: 'text' }, ...shown.map(columnOf)], rows)}`,
    ];
  });
  if (parts.length === 0) return null;
  return markup`<section id="leads"><h2>Which measure is ahead</h2>
<p class="about">Difference of two rhos on the same recipes, resampled together (${outcome ?? ''}). Coloured where the interval excludes 0.</p>${parts}</section>`;
}

function outcomeTables(tables: readonly StudyTable[], outcome: string): Markup {
  const of = (level: StudyTable['level']) => tables.filter((one) => one.outcome === outcome && one.level === level);
  const recipes = of('recipe');
  return markup`<h3>Recipes, ${outcome}</h3>${measureTable(recipes, plain)}
<h3>Recipes, source shares held fixed</h3>${measureTable(recipes, partial)}
<h3>Single subsets</h3>${measureTable(of('draw'), plain)}
<h3>Single subsets, source shares held fixed</h3>${measureTable(of('draw'), partial)}`;
}

function measureTable(tables: readonly StudyTable[], cell: (one: RankCorrelation) => Insertion): Markup {
  const names = [...new Set(tables.flatMap(({ correlations }) => correlations.map(({ measure }) => measure)))];
  const rows = names.map((name): Insertion[] => [
    name,
    ...tables.map(({ correlations }) => {
      const found = correlations.find(({ measure }) => measure === name);
      return found === undefined ? 'none' : cell(found);
    }),
  ]);
  return table([{ title: 'measure', kind: 'text' }, ...tables.map(columnOf)], rows);
}

function columnOf({ mechanism, units }: StudyTable) {
  return { title: `${mechanism} (${whole(units)})`, kind: 'number' } as const;
}

function plain({ rho, interval }: RankCorrelation): Insertion {
  return Number.isNaN(rho) ? 'constant' : coloured(rho, interval);
}

function partial({ partial: value, partialInterval }: RankCorrelation): Insertion {
  return value === null ? 'none' : coloured(value, partialInterval);
}

/** Coloured only when the interval excludes zero. */
function coloured(value: number, interval: readonly [number, number] | null): Markup {
  const sure = interval !== null && (interval[0] > 0 || interval[1] < 0);
  const shown = withInterval(decimal(value), interval === null ? null : range(interval, decimal));
  return sure ? markup`<span class="${value > 0 ? 'good' : 'bad'}">${shown}</span>` : shown;
}
