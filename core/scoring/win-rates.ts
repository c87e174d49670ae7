// How often one system beats another: adjusted for ties, and with the length of the answers held equal.

import { bootstrapInterval } from '../stats/intervals.ts';
import type { BootstrapPlan, Interval } from '../stats/intervals.ts';

/** One item that a judge decided: 1 the first system won, 0 the second, 0.5 a tie. */
export interface Decision {
  readonly win: number;
  /** Characters of the first answer less those of the second. */
  readonly lengthDifference: number;
}

export interface WinRate extends Interval {
  readonly rate: number;
}

/** (wins + ties / 2) / all of the first system, with the percentile bootstrap interval over items. At least one decision. */
export function adjustedWinRate(decisions: readonly Decision[], plan: BootstrapPlan): WinRate {
  const of = (items: ArrayLike<number>) => {
    let wins = 0;
    for (let place = 0; place < items.length; place++) wins += decisions[items[place]!]!.win;
    return wins / items.length;
  };
  return { rate: of([...decisions.keys()]), ...bootstrapInterval(decisions.length, of, plan) };
}

/**
 * The win rate of the first system were all answers equally long: the minimal form of AlpacaEval's length control (Dubois et al.
 * 2024), a logistic model of the outcome on tanh of the length difference over its deviation, and a term for the system, read at
 * difference 0. Their term for the difficulty of instructions needs a file of theirs and is left out.
 */
export function lengthControlledWinRate(decisions: readonly Decision[], plan: BootstrapPlan): WinRate {
  const of = (items: ArrayLike<number>) => {
    const drawn = Array.from(items, (item) => decisions[item]!);
    const deviation = standardDeviation(drawn.map(({ lengthDifference }) => lengthDifference));
    const slopes = drawn.map(({ lengthDifference }) => (deviation === 0 ? 0 : Math.tanh(lengthDifference / deviation)));
    return logistic(
      systemTerm(
        slopes,
        drawn.map(({ win }) => win),
      ),
    );
  };
  return { rate: of([...decisions.keys()]), ...bootstrapInterval(decisions.length, of, plan) };
}

/** Half the square of each coefficient, this many times: keeps them finite where one system wins throughout. */
const ridge = 0.01;

/** Newton's method; the loss is convex and has two coefficients, so that a few steps are exact. */
function systemTerm(slopes: readonly number[], wins: readonly number[]): number {
  let [slope, term] = [0, 0];
  for (let step = 0; step < 50; step++) {
    let [bySlope, byTerm] = [ridge * slope, ridge * term];
    let [bySlopes, byBoth, byTerms] = [ridge, 0, ridge];
    for (const [item, x] of slopes.entries()) {
      const expected = logistic(slope * x + term);
      const weight = expected * (1 - expected);
      bySlope += (expected - wins[item]!) * x;
      byTerm += expected - wins[item]!;
      bySlopes += weight * x * x;
      byBoth += weight * x;
      byTerms += weight;
    }
    const determinant = bySlopes * byTerms - byBoth * byBoth;
    const slopeStep = (byTerms * bySlope - byBoth * byTerm) / determinant;
    const termStep = (bySlopes * byTerm - byBoth * bySlope) / determinant;
    slope -= slopeStep;
    term -= termStep;
    if (Math.abs(slopeStep) + Math.abs(termStep) < 1e-12) break;
  }
  return term;
}

function logistic(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
