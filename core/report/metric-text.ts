// Metrics as people read them: shares as percentages, chrF on its own scale from 0 to 100.

import type { Estimate } from '../../contracts/scores.ts';
import { decimal, percent, points, range } from './format.ts';

/** `63.5 %`; chrF: `34.4`. */
export function metricValue(metric: string, value: number): string {
  return isOutOfHundred(metric) ? decimal(value, 1) : percent(value);
}

/** With its sign, in points of a hundred: `+4.2`. */
export function metricChange(metric: string, value: number): string {
  return points(isOutOfHundred(metric) ? value / 100 : value);
}

/** `63.5 % (60.1 % to 66.7 %)` */
export function metricEstimate(metric: string, { value, interval }: Estimate): string {
  const show = (one: number) => metricValue(metric, one);
  return interval === null ? show(value) : `${show(value)} (${range(interval, show)})`;
}

/** `+4.2 (+1.0 to +7.5)` */
export function changeEstimate(metric: string, { value, interval }: Estimate): string {
  const show = (one: number) => metricChange(metric, one);
  return interval === null ? show(value) : `${show(value)} (${range(interval, show)})`;
}

function isOutOfHundred(metric: string): boolean {
  return metric.startsWith('chrf');
}
