// What became of every candidate: kept or rejected, where and why, generator by generator.

import type { FunnelRow } from '../../contracts/status.ts';
import { stackedBars } from './charts.ts';
import type { GeneratorFunnel, ReportFigures } from './figures.ts';
import { percent, plural, whole } from './format.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { table } from './table.ts';

export function funnelSection({ generators, seeds }: ReportFigures): Markup {
  const bars = generators.map(
    (funnel) =>
      markup`<div><h3>${funnel.generator}: ${plural(funnel.kept, 'sample')} kept of ${whole(funnel.made)}${share(
        funnel,
      )}</h3>${stackedBars(
        funnel.stages.map((row) => ({
          name: row.stage,
          value: `${whole(row.kept)} of ${whole(row.in)}`,
          kept: row.kept,
          lost: row.in - row.kept,
        })),
      )}</div>`,
  );
  const rows = [...seeds.funnel, ...generators.flatMap(({ stages }) => stages)];
  return markup`<section id="funnel"><h2>From candidates to samples</h2>
<p class="about">All rounds together. Solid is kept, pale is rejected; rejects stay in the store with their reason. At every gate, what went in equals what was kept plus what was rejected.</p>
<div class="pair">${bars}</div>${table(
    [
      { title: 'Generator', kind: 'text' },
      { title: 'Gate', kind: 'text' },
      { title: 'In', kind: 'number' },
      { title: 'Kept', kind: 'number' },
      { title: 'Rejected', kind: 'number' },
      { title: 'Reasons', kind: 'wrap' },
    ],
    rows.map((row) => [
      row.generator,
      row.stage,
      whole(row.in),
      whole(row.kept),
      whole(row.in - row.kept),
      reasons(row),
    ]),
  )}</section>`;
}

function share({ made, kept }: GeneratorFunnel): string {
  return made === 0 ? '' : ` (${percent(kept / made)})`;
}

function reasons({ rejected }: FunnelRow): string {
  const counted = Object.entries(rejected).filter(([, count]) => count > 0);
  return counted
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${reason} ${whole(count)}`)
    .join(', ');
}
