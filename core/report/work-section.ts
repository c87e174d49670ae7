// What the campaign cost: time by stage, stages found in the store, tokens by round.

import { stackedBars } from './charts.ts';
import type { ReportFigures } from './figures.ts';
import { decimal, duration, plural, whole } from './format.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { table } from './table.ts';

export function workSection(figures: ReportFigures): Markup {
  const { stages, timings } = figures;
  const reused = timings.filter((timing) => timing.reused).length;
  const bars = [...stages]
    .sort((a, b) => b.seconds - a.seconds)
    .map(({ stage, seconds }) => ({ name: stage, value: duration(seconds), kept: seconds, lost: 0 }));
  return markup`<section id="work"><h2>Time and tokens</h2>
<p class="about">${reused} of ${plural(timings.length, 'stage run')} were found finished in the store and not worked again. Times are those of this campaign, waits included.</p>
<div class="pair"><div><h3>Time by stage</h3>${stackedBars(bars)}</div><div><h3>Language-model tokens</h3>${tokenTable(
    figures,
  )}</div></div><details><summary>Stages as numbers</summary>${table(
    [
      { title: 'Stage', kind: 'text' },
      { title: 'Runs', kind: 'number' },
      { title: 'Reused', kind: 'number' },
      { title: 'Rows', kind: 'number' },
      { title: 'Time', kind: 'number' },
      { title: 'Rows a second', kind: 'number' },
    ],
    stages.map((sum) => [
      sum.stage,
      sum.runs,
      sum.reused,
      whole(sum.rows),
      duration(sum.seconds),
      sum.seconds > 0 && sum.reused === 0 ? decimal(sum.rows / sum.seconds, 1) : '',
    ]),
  )}</details></section>`;
}

function tokenTable({ rounds, tokens, config }: ReportFigures): Markup {
  const row = (name: string, use: ReportFigures['tokens'], seconds: string): readonly string[] => [
    name,
    whole(use.requests),
    whole(use.promptTokens),
    whole(use.cachedTokens),
    whole(use.completionTokens),
    use.cost === null ? 'unknown' : decimal(use.cost, 4),
    seconds,
  ];
  return table(
    [
      { title: '', kind: 'text' },
      { title: 'Requests', kind: 'number' },
      { title: 'Prompt', kind: 'number' },
      { title: 'of it cached', kind: 'number' },
      { title: 'Completion', kind: 'number' },
      { title: config.prices === null ? 'Cost' : `Cost, ${config.prices.currency}`, kind: 'number' },
      { title: 'Time', kind: 'number' },
    ],
    [
      ...rounds.map((round) => row(`round ${round.round}`, round.tokens, duration(round.seconds))),
      row('campaign', tokens, ''),
    ],
  );
}
