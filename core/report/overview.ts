// The head of the report: what was run, what came of it in a sentence and four numbers.

import { duration, decimal, percent, plural, points, range, whole } from './format.ts';
import type { ReportFigures } from './figures.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';

export function overview(figures: ReportFigures): Markup {
  const rounds = plural(figures.rounds.length, 'round');
  const state = figures.outcome ?? 'not finished';
  return markup`<header><p class="eyebrow">Diffract campaign · task ${figures.task} · ${rounds} · ${state}</p>
<h1>${figures.campaign}</h1>
<p class="lead">${verdict(figures)}${figures.ending === null ? '' : ` Ended early: ${figures.ending}.`}</p></header>
<div class="tiles">${tiles(figures)}</div>`;
}

function verdict(figures: ReportFigures): string {
  const grown = growth(figures);
  const out = figures.means?.out ?? null;
  if (out === null || out.difference === null) return grown;
  const { value, interval } = out.difference;
  return `${grown} Out of distribution the student's mean score changed by ${points(value)} points (${range(interval, points)}) over ${plural(out.benchmarks, 'benchmark')}.`;
}

function growth({ config, rounds }: ReportFigures): string {
  if (config.rounds === 0) return 'The pool is the seeds: no round was to grow it.';
  if (rounds.length === 0) return 'No round has finished yet.';
  const ahead = rounds.filter(({ acceptedOverRandom }) => (acceptedOverRandom ?? 0) > 1).length;
  return `The accepted samples were more diverse than an equally large random draw in ${ahead} of ${plural(rounds.length, 'round')}.`;
}

function tiles(figures: ReportFigures): readonly Markup[] {
  const last = figures.rounds.at(-1);
  const ratio = last?.acceptedOverRandom ?? null;
  const out = figures.means?.out ?? null;
  const first = figures.rounds[0]?.pool ?? figures.seeds.diversity;
  return [
    tile(
      'Accepted against random, last round',
      ratio === null ? 'none' : `${decimal(ratio)} ×`,
      last === undefined
        ? 'no round yet'
        : `G-Vendi ${decimal(last.accepted.gVendi)} against ${decimal(last.random.gVendi)}, n = ${whole(last.accepted.n)} each`,
    ),
    tile(
      'Pool',
      plural(last?.poolAfter.n ?? first?.n ?? figures.pool?.rows ?? 0, 'sample'),
      first === null ? 'diversity not measured' : `from ${whole(first.n)} at the start`,
    ),
    tile(
      'Out-of-distribution score',
      out?.second === null || out === null ? 'not measured' : percent(out.second.value),
      out === null
        ? 'no such benchmark'
        : `${out.first === null ? 'not measured' : percent(out.first.value)} before training, mean of ${out.benchmarks}`,
    ),
    tile(
      'Work',
      duration(figures.seconds),
      `${plural(figures.tokens.promptTokens + figures.tokens.completionTokens, 'language-model token')} in ${plural(figures.tokens.requests, 'request')}`,
    ),
  ];
}

function tile(name: string, value: string, note: string): Markup {
  return markup`<div class="tile"><span>${name}</span><b>${value}</b><span>${note}</span></div>`;
}
