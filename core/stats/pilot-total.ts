// What many units will come to in all, told from a few that were tried: the total and its prediction interval.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { studentQuantile } from './student-t.ts';

export interface PilotTotal {
  readonly total: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The sum over `units` further draws like those of the pilot: mean times units, with the prediction interval of a sum,
 * t * s * sqrt(units + units^2 / n). Counts are never negative, so neither is `low`.
 * @param pilot - values of n tried units, n >= 2
 * @throws {PermanentError} `InvalidData` for fewer than two values
 */
export function pilotTotal(pilot: readonly number[], units: number, confidence = 0.95): PilotTotal {
  const n = pilot.length;
  if (n < 2) {
    throw new PermanentError(FailureType.InvalidData, `A pilot of ${n}; an interval needs at least 2 tried units.`);
  }
  const mean = pilot.reduce((sum, value) => sum + value, 0) / n;
  const variance = pilot.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const reach =
    studentQuantile((1 + confidence) / 2, n - 1) * Math.sqrt(variance) * Math.sqrt(units + (units * units) / n);
  const total = mean * units;
  return { total, low: Math.max(0, total - reach), high: total + reach };
}
