// All slices of the generator by name. Those named told-* and retold-* are the first ones with words around them; those named ood-* have
// settings and templates that the others never use.

import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { chanceAt } from '../../chance.ts';
import { ages } from './ages.ts';
import { averages } from './averages.ts';
import { comparison } from './comparison.ts';
import { counting } from './counting.ts';
import { equations } from './equations.ts';
import { fractions } from './fractions.ts';
import { numbers } from './numbers.ts';
import { oodGeometry } from './ood-geometry.ts';
import { oodSchedules } from './ood-schedules.ts';
import { oodSequences } from './ood-sequences.ts';
import { oodUnknowns } from './ood-unknowns.ts';
import { percentages } from './percentages.ts';
import { probability } from './probability.ts';
import { rates } from './rates.ts';
import { sharing } from './sharing.ts';
import { shopping } from './shopping.ts';
import { retold, told } from './told.ts';
import { units } from './units.ts';
import type { Problem, Slice } from './problem.ts';

const plain: Readonly<Record<string, Slice>> = {
  shopping,
  rates,
  fractions,
  percentages,
  sharing,
  ages,
  comparison,
  units,
  averages,
  counting,
  numbers,
  equations,
  probability,
};

export const slices: Readonly<Record<string, Slice>> = {
  ...plain,
  ...styled('told-', told),
  ...styled('retold-', retold),
  'ood-geometry': oodGeometry,
  'ood-schedules': oodSchedules,
  'ood-sequences': oodSequences,
  'ood-unknowns': oodUnknowns,
};

/**
 * Draw `index` of a slice.
 * @throws {PermanentError} `InvalidConfig` for a slice that is not there
 */
export function drawFrom(name: string, key: string, index: number): Problem {
  const slice = slices[name];
  if (slice) return slice.draw(chanceAt(key, name, index));
  throw new PermanentError(
    FailureType.InvalidConfig,
    `The task math has no slice "${name}"; it has ${Object.keys(slices).join(', ')}.`,
  );
}

/** What a slice's problems have in common, however they are told. */
export function phenomenonOf(slice: string): string {
  return slice.replace(/^(?:re)?told-/, '');
}

function styled(prefix: string, style: (slice: Slice) => Slice): Readonly<Record<string, Slice>> {
  return Object.fromEntries(Object.entries(plain).map(([name, slice]) => [`${prefix}${name}`, style(slice)]));
}
