// How far a G-Vendi value would move with another sample of the same size: a seeded bootstrap over rows.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { uniforms } from '../random/philox.ts';
import { normalQuantile } from '../stats/normal.ts';
import type { RowMatrix } from './row-matrix.ts';
import { gatherRows } from './row-matrix.ts';
import type { GVendi } from './vendi.ts';
import { gVendi, sketchSpectrum, vendiScore } from './vendi.ts';

/** An interval around a G-Vendi value, and how it was made. */
export interface GVendiInterval {
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  readonly draws: number;
  /** Standard deviation of ln(score) over the draws. */
  readonly logDeviation: number;
  /** Geometric mean of the drawn scores: below the value, because a draw with repeats holds fewer distinct rows. */
  readonly drawnCentre: number;
}

/** Each costs a spectrum; the deviation of twenty is known to a sixth. */
const DRAWS = 20;

/**
 * A bootstrap interval for G-Vendi: rows are drawn with repeats, a draw enters as weights on its distinct rows, and the
 * spread of ln(score) is laid around the value itself. It is not the percentile interval, which repeats would push
 * below the value. Cost: `draws` x (about 0.63 n d² / 2 multiply-adds + one eigenvalue problem of order min(0.63 n, d)).
 * @param key - names the random stream; equal keys give equal intervals
 */
export function gVendiInterval(
  sketches: RowMatrix,
  { key, draws = DRAWS, confidence = 0.95 }: { key: string; draws?: number; confidence?: number },
): GVendiInterval {
  const logs = [...drawnLogs(sketches, { key, draws })];
  return intervalOfDraws(gVendi(sketches), logs, confidence);
}

/** ln(score) of each draw, one at a time: a caller may do something else, or stop, between two of them. */
export function* drawnLogs(
  sketches: RowMatrix,
  { key, draws = DRAWS }: { key: string; draws?: number },
): Generator<number, void> {
  if (!Number.isInteger(draws) || draws < 2) {
    throw new PermanentError(FailureType.InvalidConfig, `G-Vendi interval: ${draws} draws, expected at least 2`);
  }
  for (let draw = 0; draw < draws; draw++) yield Math.log(drawnScore(sketches, `${key}/${draw}`));
}

/** The interval that `drawnLogs` stand for, around the score of the same rows. */
export function intervalOfDraws(
  { value, n, d }: Pick<GVendi, 'value' | 'n' | 'd'>,
  logs: readonly number[],
  confidence = 0.95,
): GVendiInterval {
  const draws = logs.length;
  const logValue = Math.log(value);
  const mean = logs.reduce((a, b) => a + b, 0) / draws;
  const logDeviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (draws - 1));
  const reach = normalQuantile((1 + confidence) / 2) * logDeviation;
  const ceiling = Math.min(n, d);
  return {
    low: Math.max(1, Math.exp(logValue - reach)),
    high: Math.min(ceiling, Math.exp(logValue + reach)),
    confidence,
    draws,
    logDeviation,
    drawnCentre: Math.exp(mean),
  };
}

function drawnScore(sketches: RowMatrix, key: string): number {
  const random = uniforms(key);
  const times = new Float64Array(sketches.count);
  for (let draw = 0; draw < sketches.count; draw++) {
    const row = Math.floor(random.next() * sketches.count);
    times[row] = times[row]! + 1;
  }
  const distinct = Array.from(times.keys()).filter((row) => times[row]! > 0);
  const weights = Float64Array.from(distinct, (row) => times[row]! / sketches.count);
  return vendiScore(sketchSpectrum(gatherRows(sketches, distinct), weights), 1);
}
