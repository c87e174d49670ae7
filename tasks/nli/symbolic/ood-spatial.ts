// Out of distribution: left and right, above and below, converse and transitive, over things in a row.

import { furnishings } from './ood-lexicon.ts';
import { chooseDraw } from './slice.ts';
import type { Slice, Statement } from './slice.ts';

/** Places along one line, from left to right or from bottom to top. */
type Places = readonly [number, number, number];
type Index = 0 | 1 | 2;

const arrangements: readonly Places[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

const axes = [
  { low: 'is to the left of', high: 'is to the right of' },
  { low: 'hangs somewhere below', high: 'hangs somewhere above' },
] as const;

export const oodSpatial: Slice = {
  covers: 'left of, right of, above and below: converses, chains of two, and what they leave open',
  draw(chance) {
    const thing = chance.three(furnishings).map((word) => `the ${word}`) as [string, string, string];
    const { low, high } = chance.pick(axes);
    const lower = (i: Index, j: Index) => `${thing[i]} ${low} ${thing[j]}`;
    const higher = (i: Index, j: Index) => `${thing[i]} ${high} ${thing[j]}`;
    const below = (i: Index, j: Index) => (places: Places) => places[i] < places[j];
    const premises: Statement<Places>[] = [
      { text: lower(0, 1), holds: below(0, 1) },
      { text: higher(0, 1), holds: below(1, 0) },
      { text: `${lower(0, 1)}, which in turn ${low} ${thing[2]}`, holds: ([a, b, c]) => a < b && b < c },
      { text: `${higher(0, 1)}, which in turn ${high} ${thing[2]}`, holds: ([a, b, c]) => a > b && b > c },
      { text: `${lower(0, 1)} and ${high} ${thing[2]}`, holds: ([a, b, c]) => a < b && a > c },
      {
        text: `both ${thing[1]} and ${higher(2, 0).replace(' is ', ' are ').replace(' hangs ', ' hang ')}`,
        holds: ([a, b, c]) => b > a && c > a,
      },
    ];
    const hypotheses: Statement<Places>[] = [
      { text: lower(1, 0), holds: below(1, 0) },
      { text: higher(1, 0), holds: below(0, 1) },
      { text: lower(0, 2), holds: below(0, 2) },
      { text: higher(0, 2), holds: below(2, 0) },
      { text: lower(2, 1), holds: below(2, 1) },
      { text: higher(2, 1), holds: below(1, 2) },
    ];
    return chooseDraw(chance, { premises, hypotheses }, arrangements);
  },
};
