// All slices of the generator by name. Those named ood-* have settings and templates that the others never use.

import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { chanceAt } from '../../chance.ts';
import type { Problem, Slice } from './problem.ts';
import { shopping } from './shopping.ts';

export const slices: Readonly<Record<string, Slice>> = {
  shopping,
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
