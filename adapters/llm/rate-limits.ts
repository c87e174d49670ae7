// What a server's headers say about waiting: the wait that it asks for, and the allowance that is used up.

import type { IncomingHttpHeaders } from 'node:http';

/** `retry-after-ms`, then `retry-after` in seconds or as a date; undefined when there is none that makes sense. */
export function retryAfterSeconds(headers: IncomingHttpHeaders): number | undefined {
  const milliseconds = Number.parseFloat(String(headers['retry-after-ms'] ?? ''));
  if (milliseconds >= 0) return milliseconds / 1000;
  const text = headers['retry-after'];
  if (text === undefined) return undefined;
  if (isNumber(text)) return Number(text);
  return secondsUntil(text);
}

// OpenAI and those who follow it put the word for what is counted last, Anthropic before.
const COUNTERS = [
  ['x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests'],
  ['x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens'],
  ['anthropic-ratelimit-requests-remaining', 'anthropic-ratelimit-requests-reset'],
  ['anthropic-ratelimit-tokens-remaining', 'anthropic-ratelimit-tokens-reset'],
  ['anthropic-ratelimit-input-tokens-remaining', 'anthropic-ratelimit-input-tokens-reset'],
  ['anthropic-ratelimit-output-tokens-remaining', 'anthropic-ratelimit-output-tokens-reset'],
] as const;

/** Until every allowance that is used up is whole again; undefined while none is, or where nothing says when. */
export function spentAllowanceSeconds(headers: IncomingHttpHeaders): number | undefined {
  let longest: number | undefined;
  for (const [remaining, reset] of COUNTERS) {
    const left = headers[remaining];
    if (left === undefined || !isNumber(String(left)) || Number(left) > 0) continue;
    const seconds = resetSeconds(String(headers[reset] ?? ''));
    if (seconds !== undefined && seconds > (longest ?? 0)) longest = seconds;
  }
  return longest;
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1, ms: 0.001 };

/** A duration as in `6m0s` or `20ms`, a number of seconds, a time in seconds or milliseconds since 1970, or a date. */
export function resetSeconds(text: string): number | undefined {
  if (isNumber(text)) return sinceNow(Number(text));
  if (!/^(\d+(\.\d+)?(ms|[dhms]))+$/.test(text)) return secondsUntil(text);
  const pieces = text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g);
  return [...pieces].reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0);
}

// No window is a billion seconds long, so such a number is a point in time.
function sinceNow(value: number): number {
  if (value < 1e9) return value;
  return Math.max(0, (value < 1e12 ? value : value / 1000) - Date.now() / 1000);
}

function secondsUntil(date: string): number | undefined {
  const time = Date.parse(date);
  return Number.isNaN(time) ? undefined : Math.max(0, (time - Date.now()) / 1000);
}

function isNumber(text: string): boolean {
  return /^\s*\d+(\.\d+)?\s*$/.test(text);
}
