// What a person reads of a campaign in the terminal: one table a round, one of the benchmarks, a few lines of state.

import type { Estimate } from '../contracts/scores.ts';
import type {
  BenchmarkScore,
  CampaignStatus,
  Diversity,
  FunnelRow,
  RoundSummary,
  SteeringSide,
} from '../contracts/status.ts';
import { generatorFunnels } from '../core/report/figures.ts';
import { decimal, diversity, duration, percent, plural, range, whole } from '../core/report/format.ts';
import { changeEstimate, metricEstimate } from '../core/report/metric-text.ts';
import { money } from './money.ts';
import { textTable } from './text-table.ts';

export function roundText(
  round: RoundSummary,
  status: Pick<CampaignStatus, 'rounds' | 'currency' | 'timings'>,
): string {
  const { accepted, random } = round;
  const ratio = random.gVendi > 0 ? `, ${decimal(accepted.gVendi / random.gVendi)} x random` : '';
  return [
    `Round ${round.round} of ${status.rounds}: ${whole(accepted.n)} accepted${ratio}, ${duration(round.seconds)}, ${spentText(round, status)}`,
    textTable(
      ['G-Vendi', 'n', 'value', '95 % interval'],
      [
        measured('pool before', round.pool),
        measured('accepted', accepted),
        measured('random draw, same n', random),
        measured('pool with accepted', round.poolAfter),
        measured('pool with random', round.poolAfterRandom),
      ],
    ),
    steeringText(round),
    funnelText(round),
  ]
    .filter((text) => text !== '')
    .join('\n');
}

/** The benchmarks with all their metrics, and the means over them. */
export function scoresText({ scores, means }: Pick<CampaignStatus, 'scores' | 'means'>): string {
  const ordered = [...scores].sort((a, b) => a.distribution.localeCompare(b.distribution));
  return textTable(
    ['Benchmark', 'side', 'n', 'metric', 'before', 'after', 'change'],
    [...ordered.flatMap(scoreRows), ...meanRows(means, ordered)],
    ['side', 'metric'],
  );
}

function scoreRows({ benchmark, distribution, n, before, after, differences }: BenchmarkScore): string[][] {
  return Object.keys((after ?? before)?.metrics ?? {}).map((metric, place) => [
    place === 0 ? benchmark : '',
    place === 0 ? sideText(distribution) : '',
    place === 0 ? whole(n) : '',
    metric,
    estimateText(metric, before?.metrics[metric]),
    estimateText(metric, after?.metrics[metric]),
    differences?.[metric] === undefined ? '' : changeEstimate(metric, differences[metric]),
  ]);
}

function meanRows(means: CampaignStatus['means'], scores: readonly BenchmarkScore[]): string[][] {
  const metric = (scores[0]?.after ?? scores[0]?.before)?.main ?? '';
  return (['in', 'out'] as const).flatMap((side) => {
    const mean = means?.[side] ?? null;
    if (mean === null) return [];
    const { benchmarks, first, second, difference } = mean;
    const change = difference === null ? '' : changeEstimate(metric, difference);
    const shown = (estimate: Estimate | null) => estimateText(metric, estimate ?? undefined);
    return [[`mean of ${benchmarks}`, sideText(side), '', metric, shown(first), shown(second), change]];
  });
}

function estimateText(metric: string, estimate: Estimate | undefined): string {
  return estimate === undefined ? 'none' : metricEstimate(metric, estimate);
}

function sideText(distribution: BenchmarkScore['distribution']): string {
  return distribution === 'in' ? 'in distribution' : 'out of distribution';
}

export function seedText(value: Diversity): string {
  return `Seeds: G-Vendi ${diversity(value)}, n = ${whole(value.n)}`;
}

/** `reused 23 of 23 stages` */
export function reuseText(timings: CampaignStatus['timings']): string {
  return `reused ${timings.filter(({ reused }) => reused).length} of ${timings.length} stages`;
}

function measured(name: string, value: Diversity): readonly string[] {
  return [name, whole(value.n), decimal(value.gVendi), value.interval === null ? '' : range(value.interval, decimal)];
}

/** `Accepted of the candidates near sparse clusters 40 of 48 (83.3 %), near dense ones ...` */
function steeringText({ steering }: RoundSummary): string {
  if (steering === null) return '';
  const share = ({ accepted, candidates }: SteeringSide) =>
    `${whole(accepted)} of ${whole(candidates)}${candidates === 0 ? '' : ` (${percent(accepted / candidates)})`}`;
  const passed = ({ verifiedShare }: SteeringSide) => (verifiedShare === null ? 'not known' : percent(verifiedShare));
  const { sparse, dense, unsketchable } = steering;
  const outside =
    unsketchable === 0 ? '' : `; ${whole(unsketchable)} refused had no solution to sketch and are not in the rate`;
  return (
    `Accepted of the candidates near sparse clusters ${share(sparse)}, near dense ones ${share(dense)}; ` +
    `let through by verification and judge: sparse ${passed(sparse)}, dense ${passed(dense)}${outside}`
  );
}

/** `9,310 language-model tokens in 48 requests, cost 0.0126 USD` */
function spentText(
  { round, tokens: { promptTokens, completionTokens, requests, cost } }: RoundSummary,
  { currency, timings }: Pick<CampaignStatus, 'currency' | 'timings'>,
): string {
  const price = cost === null ? ', cost unknown' : cost > 0 ? `, cost ${money(cost, currency)}` : '';
  const own = timings.filter((timing) => timing.round === round);
  const earlier = requests > 0 && own.length > 0 && own.every(({ reused }) => reused) ? ', all spent before' : '';
  const tokens = whole(promptTokens + completionTokens);
  return `${tokens} language-model tokens in ${plural(requests, 'request')}${price}${earlier}`;
}

function funnelText(round: RoundSummary): string {
  const funnels = generatorFunnels(round.funnel);
  const rows = funnels.map(({ generator, made, kept, stages }) => {
    const rejects = stages.filter((row) => !isOfRequests(row, stages)).flatMap(rejectsOf);
    return [generator, whole(made), whole(kept), rejects.join(', ')];
  });
  const empty = funnels.flatMap(({ generator, stages }) =>
    stages
      .filter((row) => isOfRequests(row, stages) && row.in > row.kept)
      .map(
        (row) =>
          `${generator}: ${whole(row.in - row.kept)} of ${plural(row.in, 'request')} gave nothing to read: ${reasonsOf(row).join(', ')}`,
      ),
  );
  if (rows.length === 0) return '';
  return [textTable(['Generator', 'made', 'kept', 'rejected'], rows, ['rejected']), ...empty].join('\n');
}

/** Requests are counted before items are read out of their answers, so they are no part of what was made. */
function isOfRequests({ stage }: FunnelRow, stages: readonly FunnelRow[]): boolean {
  return stage === 'generate' && stages.some((other) => other.stage === 'parse');
}

function rejectsOf(row: FunnelRow): string[] {
  return reasonsOf(row).map((reason) => `${row.stage}/${reason}`);
}

function reasonsOf({ rejected }: FunnelRow): string[] {
  return Object.entries(rejected)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason} ${whole(count)}`);
}
