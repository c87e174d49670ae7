// The proof that selection steers: what share of the candidates near sparse and near dense clusters it accepted, and how often
// candidates on each side had been let through.

import type { SteeringSide } from '../../contracts/status.ts';
import { barStrip } from './charts.ts';
import type { ReportFigures, RoundFigures } from './figures.ts';
import { percent, whole } from './format.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { table } from './table.ts';

export function steeringSection({ rounds }: ReportFigures): Markup | null {
  const steered = rounds.filter(({ steering }) => steering !== null);
  if (steered.length === 0) return null;
  return markup`<section id="steering"><h2>Does it steer?</h2>
<p class="about">Clusters of the pool in the order of their sizes, smallest first; the least populated part is sparse. Accepted: share of the candidates near such clusters that selection took. Let through: share of the candidates near them that verification and, where there is one, the judge let through to selection, those refused counted from a random part of them that was sketched too.</p>
${sideTable(steered)}${steered.map(outsideText)}<div class="pair">${steered.map(acceptedBars)}</div></section>`;
}

function sideTable(rounds: readonly RoundFigures[]): Markup {
  const cells = (round: number, name: string, side: SteeringSide, audited: string) => [
    round,
    name,
    whole(side.clusters),
    whole(side.pool),
    whole(side.candidates),
    whole(side.accepted),
    side.candidates === 0 ? 'none' : percent(side.accepted / side.candidates),
    side.verifiedShare === null ? 'not known' : percent(side.verifiedShare),
    audited,
  ];
  return table(
    [
      { title: 'Round', kind: 'text' },
      { title: 'Side', kind: 'text' },
      { title: 'Clusters', kind: 'number' },
      { title: 'Pool', kind: 'number' },
      { title: 'Candidates', kind: 'number' },
      { title: 'Accepted', kind: 'number' },
      { title: 'Share', kind: 'number' },
      { title: 'Let through', kind: 'number' },
      { title: 'Refused sketched', kind: 'number' },
    ],
    rounds.flatMap(({ round, steering }) => {
      if (steering === null) return [];
      const { sparse, dense, audited, refused } = steering;
      const audit = `${whole(audited)} of ${whole(refused)}`;
      return [cells(round, 'sparse', sparse, audit), cells(round, 'dense', dense, '')];
    }),
  );
}

/** What the rate cannot hold. */
function outsideText({ round, steering }: RoundFigures): Markup | null {
  if (steering === null || steering.unsketchable === 0) return null;
  return markup`<p>Round ${round}: ${whole(steering.unsketchable)} refused had no solution to sketch and are not in the rate.</p>`;
}

/** Accepted samples by cluster, smallest cluster first, those of the sparse side coloured. */
function acceptedBars({ round, steering, clusterSizes }: RoundFigures): Markup | null {
  if (steering === null) return null;
  const order = clusterSizes.map((_, cluster) => cluster).sort((a, b) => clusterSizes[a]! - clusterSizes[b]! || a - b);
  const accepted = order.map((cluster) => steering.accepted[cluster] ?? 0);
  return markup`<div><h3>Round ${round}: accepted by cluster</h3>${barStrip(
    `Accepted samples of round ${round} by cluster, smallest cluster first`,
    accepted,
    (index) => index < steering.sparse.clusters,
  )}</div>`;
}
