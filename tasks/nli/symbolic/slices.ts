// All slices of the generator by name. Campaigns train on the first group; those named ood-* share no content word or template with it.

import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { chanceAt } from '../../chance.ts';
import { comparatives } from './comparatives.ts';
import { conditionals } from './conditionals.ts';
import { connectives } from './connectives.ts';
import { hypernyms } from './hypernyms.ts';
import { monotonicity } from './monotonicity.ts';
import { negation } from './negation.ts';
import { numerals } from './numerals.ts';
import { oodConverses } from './ood-converses.ts';
import { oodDates } from './ood-dates.ts';
import { oodExclusives } from './ood-exclusives.ts';
import { oodImplicatives } from './ood-implicatives.ts';
import { oodMonotonicity } from './ood-monotonicity.ts';
import { oodNumerals } from './ood-numerals.ts';
import { oodQuantifiers } from './ood-quantifiers.ts';
import { oodRelatives } from './ood-relatives.ts';
import { oodSpatial } from './ood-spatial.ts';
import { order } from './order.ts';
import { quantifiers } from './quantifiers.ts';
import type { Draw, Slice } from './slice.ts';
import { voice } from './voice.ts';

export const slices: Readonly<Record<string, Slice>> = {
  quantifiers,
  negation,
  monotonicity,
  hypernyms,
  connectives,
  numerals,
  voice,
  comparatives,
  order,
  conditionals,
  'ood-quantifiers': oodQuantifiers,
  'ood-numerals': oodNumerals,
  'ood-dates': oodDates,
  'ood-spatial': oodSpatial,
  'ood-converses': oodConverses,
  'ood-relatives': oodRelatives,
  'ood-implicatives': oodImplicatives,
  'ood-exclusives': oodExclusives,
  'ood-monotonicity': oodMonotonicity,
};

/**
 * Draw `index` of a slice.
 * @throws {PermanentError} `InvalidConfig` for a slice that is not there
 */
export function drawFrom(name: string, key: string, index: number): Draw {
  const slice = slices[name];
  if (slice) return slice.draw(chanceAt(key, name, index));
  throw new PermanentError(
    FailureType.InvalidConfig,
    `The task nli has no slice "${name}"; it has ${Object.keys(slices).join(', ')}.`,
  );
}
