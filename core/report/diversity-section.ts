// Diversity by round, each value beside its control at the same n, and the clusters that selection steered by.

import type { Diversity } from '../../contracts/status.ts';
import { barStrip, lineChart } from './charts.ts';
import type { Estimate } from './charts.ts';
import type { ReportFigures, RoundFigures } from './figures.ts';
import { decimal, diversity, plural, range, whole } from './format.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { table, withInterval } from './table.ts';

export function diversitySection({ rounds, seeds, proxy }: ReportFigures): Markup {
  if (rounds.length === 0) {
    const value = seeds.diversity;
    const text =
      value === null ? 'Nothing is measured yet.' : `Seeds: G-Vendi ${diversity(value)}, n = ${whole(value.n)}.`;
    return markup`<section id="diversity"><h2>Diversity</h2><p>${text}</p></section>`;
  }
  const names = rounds.map(({ round }) => `round ${round}`);
  const series = (name: string, role: 'main' | 'control', pick: (round: RoundFigures) => Diversity) => ({
    name,
    role,
    estimates: rounds.map((round) => estimate(pick(round))),
  });
  return markup`<section id="diversity"><h2>Diversity</h2>
<p class="about">G-Vendi is the effective number of directions among the gradients of ${proxy}. Compare only values that stand side by side: they have the same n. Whiskers are 95 % bootstrap intervals.</p>
<div class="pair"><div><h3>What each round accepted</h3>${lineChart('G-Vendi of what each round accepted', names, [
    series('accepted', 'main', ({ accepted }) => accepted),
    series('random draw of the same size', 'control', ({ random }) => random),
  ])}${acceptedTable(rounds)}</div><div><h3>The pool after each round</h3>${lineChart(
    'G-Vendi of the pool after each round',
    names,
    [
      series('with the accepted samples', 'main', ({ poolAfter }) => poolAfter),
      series('with the random draw', 'control', ({ poolAfterRandom }) => poolAfterRandom),
    ],
  )}${poolTable(rounds)}</div></div></section>`;
}

export function clusterSection({ rounds, config }: ReportFigures): Markup | null {
  const clustered = rounds.filter(({ clusterSizes }) => clusterSizes.length > 0);
  if (clustered.length === 0) return null;
  const charts = clustered.map(({ round, clusterSizes }) => {
    const sorted = [...clusterSizes].sort((a, b) => a - b);
    const sparse = Math.max(1, Math.floor(sorted.length * config.selection.sparseShare));
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return markup`<div><h3>Round ${round}: ${plural(sorted.length, 'cluster')}, smallest ${sorted[0] ?? 0}, median ${median}, largest ${
      sorted.at(-1) ?? 0
    }</h3>${barStrip(`Sizes of the clusters of round ${round}`, sorted, (index) => index < sparse)}</div>`;
  });
  const rows = clustered.map(({ round, clusterSizes }) => [
    round,
    clusterSizes.length,
    [...clusterSizes].sort((a, b) => a - b).join(', '),
  ]);
  return markup`<section id="clusters"><h2>Clusters of the pool</h2>
<p class="about">Samples in each gradient cluster at the start of a round, smallest first. Coloured: the least populated part, where <code>sparse-clusters</code> looks for candidates.</p>
<div class="pair">${charts}</div><details><summary>Sizes as numbers</summary>${table(
    [
      { title: 'Round', kind: 'text' },
      { title: 'Clusters', kind: 'number' },
      { title: 'Sizes, smallest first', kind: 'wrap' },
    ],
    rows,
  )}</details></section>`;
}

function acceptedTable(rounds: readonly RoundFigures[]): Markup {
  return table(
    [
      { title: 'Round', kind: 'text' },
      { title: 'n', kind: 'number' },
      { title: 'Accepted', kind: 'number' },
      { title: 'Random', kind: 'number' },
      { title: 'Ratio', kind: 'number' },
    ],
    rounds.map((round) => [
      round.round,
      whole(round.accepted.n),
      measured(round.accepted),
      measured(round.random),
      round.acceptedOverRandom === null ? 'none' : decimal(round.acceptedOverRandom),
    ]),
  );
}

function poolTable(rounds: readonly RoundFigures[]): Markup {
  return table(
    [
      { title: 'Round', kind: 'text' },
      { title: 'n', kind: 'number' },
      { title: 'With accepted', kind: 'number' },
      { title: 'With random', kind: 'number' },
      { title: 'Before', kind: 'number' },
    ],
    rounds.map((round) => [
      round.round,
      whole(round.poolAfter.n),
      measured(round.poolAfter),
      measured(round.poolAfterRandom),
      withInterval(decimal(round.pool.gVendi), `n = ${whole(round.pool.n)}`),
    ]),
  );
}

function estimate({ gVendi, interval }: Diversity): Estimate {
  return { value: gVendi, interval };
}

function measured({ gVendi, interval }: Diversity): Markup {
  return withInterval(decimal(gVendi), interval === null ? null : range(interval, decimal));
}
