// What a whole campaign will spend on language models, told from a pilot of it.

import { pilotTotal, type PilotTotal } from './pilot-total.ts';

/** One generator: its units (requests, or candidates that are asked about) in the pilot and in the whole campaign. */
export interface PilotedGenerator {
  readonly name: string;
  /** What each unit of the pilot cost; units that nothing was asked about count as 0. At least two, unless they are all there are. */
  readonly values: readonly number[];
  readonly units: number;
}

export interface SpendingEstimate extends PilotTotal {
  readonly generators: readonly (PilotTotal & {
    readonly name: string;
    readonly units: number;
    readonly piloted: number;
  })[];
}

/** Generators are taken to vary independently, so the reach of the sum is the root of the summed squares. */
export function estimateSpending(generators: readonly PilotedGenerator[]): SpendingEstimate {
  const each = generators.map(({ name, values, units }) => ({
    name,
    units,
    piloted: values.length,
    ...(values.length >= units ? exact(values) : pilotTotal(values, units)),
  }));
  const total = each.reduce((sum, one) => sum + one.total, 0);
  const reach = Math.sqrt(each.reduce((sum, one) => sum + (one.high - one.total) ** 2, 0));
  return { total, low: Math.max(0, total - reach), high: total + reach, generators: each };
}

/** All units were tried: nothing is left to be told. */
function exact(values: readonly number[]): PilotTotal {
  const total = values.reduce((sum, value) => sum + value, 0);
  return { total, low: total, high: total };
}
