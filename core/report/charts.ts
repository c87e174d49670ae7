// The report's charts as inline SVG. Horizontal places are percentages and vertical ones pixels, so that a chart fills
// any width while its text keeps its size.

import { axisOver, position } from './scale.ts';
import type { Axis } from './scale.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';

/** A value with its 95 % interval, where there is one. */
export interface Estimate {
  readonly value: number;
  readonly interval: readonly [number, number] | null;
}

export interface Series {
  readonly name: string;
  /** `main` is what the section is about, `control` what it is compared with. */
  readonly role: 'main' | 'control';
  /** One estimate a category; null leaves a gap. */
  readonly estimates: readonly (Estimate | null)[];
}

const PLOT_HEIGHT = 220;

/** Lines over ordered categories, with intervals as whiskers. */
export function lineChart(label: string, categories: readonly string[], series: readonly Series[]): Markup {
  const all = series.flatMap(({ estimates }) => estimates.flatMap((estimate) => (estimate ? extent(estimate) : [])));
  const axis = axisOver(all);
  return figure(label, legend(series), [
    markup`<svg class="plot" height="${PLOT_HEIGHT + 28}" role="img" aria-label="${label}">`,
    horizontalGrid(axis),
    categories.map(
      (name, index) =>
        markup`<text class="tick" x="${across(index, categories.length)}%" y="${
          PLOT_HEIGHT + 20
        }" text-anchor="middle">${name}</text>`,
    ),
    series.map((one, index) => line(one, axis, categories.length, shiftOf(index, series.length))),
    markup`</svg>`,
  ]);
}

/** Bars of one series, in the order given. */
export function barStrip(label: string, values: readonly number[], marked: (index: number) => boolean): Markup {
  const height = 96;
  const axis = axisOver([0, ...values], 2);
  const width = 100 / Math.max(1, values.length);
  const bars = values.map((value, index) => {
    const tall = Math.max(value > 0 ? 1 : 0, position(axis, value) * height);
    const place = `x="${fixed(index * width + width * 0.1)}%" width="${fixed(width * 0.8)}%"`;
    return markup`<rect class="${marked(index) ? 'bar main' : 'bar rest'}" ${{ markup: place }} y="${fixed(height - tall)}" height="${fixed(
      tall,
    )}" rx="1"><title>${`${value}`}</title></rect>`;
  });
  return markup`<div class="chart"><svg class="plot" height="${height + 8}" role="img" aria-label="${label}">${horizontalGrid(
    axis,
    height,
  )}${bars}</svg></div>`;
}

export interface IntervalRow {
  readonly name: string;
  readonly note: string;
  readonly before: Estimate | null;
  readonly after: Estimate | null;
}

/** Dots with intervals, one row a name: before hollow, after filled, on one shared axis. */
export function intervalPlot(
  label: string,
  rows: readonly IntervalRow[],
  options: { readonly axis: Axis; readonly show: (value: number) => string; readonly zero: boolean },
): Markup {
  const { axis, show, zero } = options;
  const guides = axis.ticks.map((tick) => {
    const at = `${fixed(100 * position(axis, tick))}%`;
    const kind = zero && tick === 0 ? 'zero' : 'grid';
    return markup`<line class="${kind}" x1="${at}" x2="${at}" y1="0" y2="100%"/>`;
  });
  const tracks = rows.map(
    (
      row,
    ) => markup`<div class="interval-row"><div class="interval-name"><b>${row.name}</b><span>${row.note}</span></div>
<svg class="track" height="40" role="img" aria-label="${`${label}: ${row.name}`}">${guides}${dot(row.before, axis, 13, 'control')}${dot(
      row.after,
      axis,
      27,
      'main',
    )}</svg></div>`,
  );
  const labels = axis.ticks.map(
    (tick) =>
      markup`<text class="tick" x="${fixed(100 * position(axis, tick))}%" y="14" text-anchor="middle">${show(tick)}</text>`,
  );
  return markup`<div class="intervals">${tracks}<div class="interval-row"><div class="interval-name"></div><svg class="track" height="20" aria-hidden="true">${labels}</svg></div></div>`;
}

export interface StackedBar {
  readonly name: string;
  readonly value: string;
  /** Lengths in one unit for all bars of a group; `kept` first. */
  readonly kept: number;
  readonly lost: number;
}

/** Horizontal bars on one scale: a solid part and a pale part. */
export function stackedBars(bars: readonly StackedBar[]): Markup {
  const longest = Math.max(1e-9, ...bars.map(({ kept, lost }) => kept + lost));
  const wide = (value: number): string => `${fixed((100 * value) / longest)}%`;
  const rows = bars.map(
    ({ name, value, kept, lost }) =>
      markup`<div class="stack-row"><span class="stack-name">${name}</span><svg class="stack" height="16" aria-hidden="true"><rect class="bar main" width="${wide(
        kept,
      )}" height="16" rx="2"/><rect class="bar lost" x="${wide(kept)}" width="${wide(
        lost,
      )}" height="16" rx="2"/></svg><span class="stack-value">${value}</span></div>`,
  );
  return markup`<div class="stacks">${rows}</div>`;
}

export function legend(entries: readonly { readonly name: string; readonly role: 'main' | 'control' }[]): Markup {
  const items = entries.map(
    ({ name, role }) =>
      markup`<span class="key"><svg width="22" height="12" aria-hidden="true"><line class="line ${role}" x1="0" x2="22" y1="6" y2="6"/><circle class="dot ${role}" cx="11" cy="6" r="4"/></svg>${name}</span>`,
  );
  return markup`<div class="legend">${items}</div>`;
}

function figure(label: string, head: Markup, body: readonly (Markup | readonly Markup[])[]): Markup {
  return markup`<figure aria-label="${label}">${head}<div class="chart">${body}</div></figure>`;
}

function horizontalGrid(axis: Axis, height = PLOT_HEIGHT): readonly Markup[] {
  return axis.ticks.map((tick) => {
    const y = fixed(height * (1 - position(axis, tick)));
    return markup`<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="tick" x="-8" y="${y}" dy="4" text-anchor="end">${`${tick}`}</text>`;
  });
}

function line(series: Series, axis: Axis, categories: number, shift: number): Markup {
  const { role, estimates } = series;
  const up = (value: number): string => fixed(PLOT_HEIGHT * (1 - position(axis, value)));
  const marks = estimates.map((estimate, index) => {
    if (estimate === null) return null;
    const x = `${across(index, categories)}%`;
    const next = estimates[index + 1] ?? null;
    return [
      next === null
        ? null
        : markup`<line class="line ${role}" x1="${x}" y1="${up(estimate.value)}" x2="${across(index + 1, categories)}%" y2="${up(next.value)}"/>`,
      estimate.interval === null
        ? null
        : markup`<line class="whisker ${role}" x1="${x}" x2="${x}" y1="${up(estimate.interval[0])}" y2="${up(estimate.interval[1])}"/>`,
      markup`<circle class="dot ${role}" cx="${x}" cy="${up(estimate.value)}" r="4.5"><title>${`${series.name}: ${estimate.value.toFixed(2)}`}</title></circle>`,
    ];
  });
  return markup`<g transform="translate(${shift} 0)">${marks}</g>`;
}

function dot(estimate: Estimate | null, axis: Axis, y: number, role: 'main' | 'control'): Markup | null {
  if (estimate === null) return null;
  const across = (value: number): string => `${fixed(100 * position(axis, value))}%`;
  const whisker =
    estimate.interval === null
      ? null
      : markup`<line class="whisker ${role}" x1="${across(estimate.interval[0])}" x2="${across(estimate.interval[1])}" y1="${y}" y2="${y}"/>`;
  return markup`${whisker}<circle class="dot ${role}" cx="${across(estimate.value)}" cy="${y}" r="4.5"/>`;
}

function extent({ value, interval }: Estimate): readonly number[] {
  return interval === null ? [value] : [value, ...interval];
}

function across(index: number, count: number): string {
  return fixed((100 * (index + 0.5)) / Math.max(1, count));
}

/** Series stand side by side by a few pixels, so that their whiskers do not cover each other. */
function shiftOf(index: number, count: number): number {
  return 10 * (index - (count - 1) / 2);
}

function fixed(value: number): string {
  return String(Number(value.toFixed(2)));
}
