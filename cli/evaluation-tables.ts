// What a person reads of an evaluation in the terminal: every student on every benchmark, what sets it apart from the first,
// and what others published.

import type { PriceTable } from '../contracts/campaign.ts';
import type { EvaluationProgress, StudentScore } from '../contracts/evaluation.ts';
import type { Estimate } from '../contracts/scores.ts';
import type { TokenUse } from '../contracts/status.ts';
import type { PublishedCell, PublishedTable } from '../core/published/table.ts';
import { decimal, plural, whole } from '../core/report/format.ts';
import { changeEstimate, metricEstimate } from '../core/report/metric-text.ts';
import { money } from './money.ts';
import { textTable } from './text-table.ts';

type Evaluated = Pick<EvaluationProgress, 'scores' | 'comparisons'>;

/** Students as columns; a line a metric. */
export function evaluationText({ scores, comparisons }: Evaluated): string {
  const students = namesOf(scores);
  const rows = benchmarksOf(scores).flatMap(({ benchmark, distribution, score }) => {
    const cells = students.map((student) =>
      scores.find((one) => one.student === student && one.benchmark === benchmark),
    );
    const metrics = tellingMetrics(cells.map((cell) => cell?.score.metrics ?? {}));
    return metrics.map((metric, place) => [
      place === 0 ? benchmark : '',
      place === 0 ? distribution : '',
      place === 0 ? whole(score.n) : '',
      metric,
      ...cells.map((cell) => estimateText(metric, cell?.score.metrics[metric])),
    ]);
  });
  const main = scores[0]?.score.main ?? '';
  const means = (['in', 'out'] as const).flatMap((side) => {
    const found = students.map((student, place) => {
      const mean = comparisons[student]?.means[side] ?? null;
      return place === 0 ? mean?.first : mean?.second;
    });
    if (found.every((mean) => mean === undefined || mean === null)) return [];
    return [[`mean of ${side}`, side, '', main, ...found.map((mean) => estimateText(main, mean ?? undefined))]];
  });
  return textTable(['Benchmark', 'side', 'n', 'metric', ...students], [...rows, ...means], ['side', 'metric']);
}

/** Each student less the first on the same rows; '' where there is one student. */
export function differencesText({ scores, comparisons }: Evaluated): string {
  const [first, ...others] = namesOf(scores);
  if (first === undefined || others.length === 0) return '';
  const rows = benchmarksOf(scores).flatMap(({ benchmark }) => {
    const differences = others.map((student) => comparisons[student]?.differences[benchmark] ?? {});
    const metrics = tellingMetrics(differences);
    return metrics.map((metric, place) => [
      place === 0 ? benchmark : '',
      metric,
      ...differences.map((one) => (one[metric] === undefined ? '' : changeEstimate(metric, one[metric]))),
    ]);
  });
  const main = scores[0]?.score.main ?? '';
  const means = (['in', 'out'] as const).flatMap((side) => {
    const found = others.map((student) => comparisons[student]?.means[side]?.difference ?? null);
    if (found.every((difference) => difference === null)) return [];
    return [[`mean of ${side}`, main, ...found.map((one) => (one === null ? '' : changeEstimate(main, one)))]];
  });
  const titles = ['Points over the first', 'metric', ...others.map((student) => `${student} - ${first}`)];
  return textTable(titles, [...rows, ...means], ['metric']);
}

/** How answers were asked for and graded, and what was merged. */
export function gradingText(scores: readonly StudentScore[]): string {
  const graders = [...new Set(scores.map(({ score }) => score.grader))];
  const prompts = [...new Set(scores.map(({ student, score }) => `${student} ${score.prompt}`))];
  const merged = scores.filter(({ score }) => score.merged > 0);
  return [
    `Graded by ${graders.join(', ')}. Asked with: ${prompts.join(', ')}.`,
    ...merged.map(
      ({ student, benchmark, score }) =>
        `${student} on ${benchmark}: ${plural(score.merged, 'answer')} of neutral or contradiction, merged into no.`,
    ),
  ].join('\n');
}

/** What students behind endpoints were asked, whenever that was; '' where nobody was. */
export function spentText(
  { requests, promptTokens, completionTokens, cost }: TokenUse,
  prices: PriceTable | null,
): string {
  if (requests === 0) return '';
  const price = cost === null ? 'cost unknown' : `cost ${money(cost, prices?.currency ?? null)}`;
  return `Endpoints: ${whole(promptTokens + completionTokens)} tokens in ${plural(requests, 'request')}, ${price}.`;
}

export function publishedText({ title, source, caution, columns, rows }: PublishedTable): string {
  const lines = rows.map(({ system, note, cells }) => [
    note === '' ? system : `${system} (${note})`,
    ...columns.map((column) => cellText(cells[column])),
  ]);
  return [
    `Published, not measured here: ${title}`,
    textTable(['', ...columns], lines),
    `  Source: ${source}. ${caution}`,
  ].join('\n');
}

function cellText(cell: PublishedCell | undefined): string {
  if (cell === undefined) return '';
  const { value, interval } = cell;
  return interval === undefined
    ? decimal(value)
    : `${decimal(value)} (${decimal(interval[0])} to ${decimal(interval[1])})`;
}

function estimateText(metric: string, estimate: Estimate | undefined): string {
  return estimate === undefined ? '' : metricEstimate(metric, estimate);
}

/** That every answer could be read need not be said. */
function tellingMetrics(scored: readonly Readonly<Record<string, Estimate>>[]): readonly string[] {
  const metrics = [...new Set(scored.flatMap((one) => Object.keys(one)))];
  return metrics.filter((metric) => metric !== 'no-answer' || scored.some((one) => (one[metric]?.value ?? 0) !== 0));
}

function namesOf(scores: readonly StudentScore[]): readonly string[] {
  return [...new Set(scores.map(({ student }) => student))];
}

/** One score of each benchmark, those in distribution first. */
function benchmarksOf(scores: readonly StudentScore[]): readonly StudentScore[] {
  const names = [...new Set(scores.map(({ benchmark }) => benchmark))];
  return names
    .flatMap((name) => scores.find(({ benchmark }) => benchmark === name) ?? [])
    .sort((a, b) => a.distribution.localeCompare(b.distribution));
}
