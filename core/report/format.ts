// Numbers as people read them. Every table, chart and sentence of the report takes them from here.

import type { Diversity } from '../../contracts/status.ts';

const MINUS = '\u2212';

export function whole(value: number): string {
  return signed(
    value,
    Math.round(Math.abs(value))
      .toString()
      .replace(/\B(?=(\d{3})+$)/g, ','),
  );
}

export function decimal(value: number, digits = 2): string {
  return Number.isFinite(value) ? signed(value, Math.abs(value).toFixed(digits)) : 'none';
}

/** `value` is a share; the result has one digit: `63.5 %`. */
export function percent(value: number): string {
  return `${decimal(100 * value, 1)} %`;
}

/** A difference of shares in percentage points, with its sign: `+4.2`. */
export function points(value: number): string {
  const text = decimal(100 * value, 1);
  return value > 0 ? `+${text}` : text;
}

export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const total = Math.round(seconds);
  if (total < 60) return `${total} s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${minutes} min ${total % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function range(interval: readonly [number, number] | null, show: (value: number) => string): string {
  return interval === null ? 'none' : `${show(interval[0])} to ${show(interval[1])}`;
}

/** G-Vendi with its interval: `21.40 (19.90 to 22.80)`. */
export function diversity(value: Diversity): string {
  const text = decimal(value.gVendi);
  return value.interval === null ? text : `${text} (${range(value.interval, decimal)})`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

function signed(value: number, magnitude: string): string {
  return value < 0 && Number(magnitude.replaceAll(',', '')) !== 0 ? MINUS + magnitude : magnitude;
}
