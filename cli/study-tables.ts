// A study's figures as tables of text: which benchmarks count, and rho of every measure by mechanism.

import type { StudyFigures } from '../core/report/study-report.ts';
import type { StudyTable } from '../core/study/analysis.ts';
import type { RankCorrelation } from '../core/study/correlations.ts';
import { textTable } from './text-table.ts';

/** The same numbers as the page, for the mean of all students. */
export function studyText({ analysis, planned }: StudyFigures): string {
  const outcome = analysis.outcomes[0];
  const tablesOf = (level: StudyTable['level']) =>
    analysis.tables.filter((one) => one.outcome === outcome && one.level === level);
  return [
    `${analysis.trials} of ${planned} trained students, ${analysis.subsets} subsets, ${analysis.recipes} recipes`,
    screenedText(analysis.screened),
    ...(outcome === undefined
      ? []
      : [
          `rho with ${outcome}, recipes:\n${rhoTable(tablesOf('recipe'), plain)}`,
          `the same, source shares held fixed:\n${rhoTable(tablesOf('recipe'), partial)}`,
          `rho with ${outcome}, single subsets:\n${rhoTable(tablesOf('draw'), plain)}`,
        ]),
  ].join('\n\n');
}

function screenedText(screened: StudyFigures['analysis']['screened']): string {
  const rows = screened.map((one) => [
    one.student,
    one.benchmark,
    one.distribution,
    share(one.chance),
    `${share(one.score)} [${one.interval.map(share).join(', ')}]`,
    one.kept ? 'counts' : 'left out',
  ]);
  return textTable(['student', 'benchmark', 'side', 'chance', 'random subsets', ''], rows, ['benchmark', 'side', '']);
}

function rhoTable(tables: readonly StudyTable[], cell: (one: RankCorrelation) => string): string {
  const names = [...new Set(tables.flatMap(({ correlations }) => correlations.map(({ measure }) => measure)))];
  const rows = names.map((name) => [
    name,
    ...tables.map(({ correlations }) => {
      const found = correlations.find(({ measure }) => measure === name);
      return found === undefined ? '' : cell(found);
    }),
  ]);
  return textTable(['measure', ...tables.map(({ mechanism, units }) => `${mechanism} (${units})`)], rows);
}

const plain = ({ rho, interval }: RankCorrelation): string => estimate(rho, interval);
const partial = ({ partial: value, partialInterval }: RankCorrelation): string => estimate(value, partialInterval);

/** JSON has null for what is no number. */
function estimate(value: number | null, interval: readonly [number, number] | null): string {
  if (value === null || Number.isNaN(value)) return '-';
  const shown = value.toFixed(2);
  return interval === null ? shown : `${shown} [${interval.map((end) => end.toFixed(2)).join(', ')}]`;
}

function share(value: number): string {
  return (100 * value).toFixed(1);
}
