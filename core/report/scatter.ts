// A scatter plot as inline SVG: points of several groups, each in its own colour and named in a legend.

import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { axisOver, position } from './scale.ts';

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  readonly group: string;
  /** Shown when the pointer rests on it. */
  readonly note: string;
}

export interface ScatterLabels {
  readonly title: string;
  readonly x: string;
  /** Of the values upwards. */
  readonly show: (value: number) => string;
}

const height = 240;
/** Told apart on light and dark ground, also by most who see few colours; further groups begin again. */
const groupColours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f'];

/** @param groups - in the order of their colours */
export function scatterPlot(points: readonly ScatterPoint[], groups: readonly string[], labels: ScatterLabels): Markup {
  const across = axisOver(points.map(({ x }) => x));
  const up = axisOver(points.map(({ y }) => y));
  const y = (value: number): string => fixed(height * (1 - position(up, value)));
  const x = (value: number): string => `${fixed(100 * position(across, value))}%`;
  const grid = [
    ...up.ticks.map(
      (tick) =>
        markup`<line class="grid" x1="0" x2="100%" y1="${y(tick)}" y2="${y(tick)}"/><text class="tick" x="-8" y="${y(tick)}" dy="4" text-anchor="end">${labels.show(tick)}</text>`,
    ),
    ...across.ticks.map(
      (tick) =>
        markup`<text class="tick" x="${x(tick)}" y="${height + 18}" text-anchor="middle">${String(tick)}</text>`,
    ),
  ];
  const dots = points.map(
    (point) =>
      markup`<circle cx="${x(point.x)}" cy="${y(point.y)}" r="4" fill="${colourOf(groups, point.group)}" fill-opacity="0.75"><title>${point.note}</title></circle>`,
  );
  return markup`<figure aria-label="${labels.title}"><h3>${labels.title}</h3><div class="chart"><svg class="plot" height="${
    height + 40
  }" role="img" aria-label="${labels.title}">${grid}${dots}<text class="tick" x="50%" y="${
    height + 36
  }" text-anchor="middle">${labels.x}</text></svg></div></figure>`;
}

/** One for all plots of the same groups. */
export function groupLegend(groups: readonly string[]): Markup {
  const keys = groups.map(
    (group) =>
      markup`<span class="key"><svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="5" fill="${colourOf(groups, group)}"/></svg>${group}</span>`,
  );
  return markup`<div class="legend">${keys}</div>`;
}

function colourOf(groups: readonly string[], group: string): string {
  return groupColours[groups.indexOf(group) % groupColours.length] ?? '#7f7f7f';
}

function fixed(value: number): string {
  return String(Number(value.toFixed(2)));
}
