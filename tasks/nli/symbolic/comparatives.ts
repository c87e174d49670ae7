// Comparatives: converse, transitivity, equality, negated equality and superlatives over two or three people.

import type { Chance } from '../../chance.ts';
import { names, people, scales } from './lexicon.ts';
import { chooseDraw } from './slice.ts';
import type { Slice, Statement } from './slice.ts';

/** Degrees of three people on one scale. */
type Degrees = readonly [number, number, number];

const ranks = [0, 1, 2];
const degrees: readonly Degrees[] = ranks.flatMap((a) => ranks.flatMap((b) => ranks.map((c): Degrees => [a, b, c])));

export const comparatives: Slice = {
  covers: 'comparatives and their opposites, chains of two, just as, not as, and superlatives of three',
  draw(chance) {
    const [x, y, z] = chance.coin() ? chance.three(names) : persons(chance);
    const { base, more, less, most } = chance.pick(scales);
    const above = (i: 0 | 1 | 2, j: 0 | 1 | 2) => (world: Degrees) => world[i] > world[j];
    const premises: Statement<Degrees>[] = [
      { text: `${x} is ${more} than ${y}`, holds: above(0, 1) },
      { text: `${y} is ${less} than ${x}`, holds: above(0, 1) },
      { text: `${x} is not as ${base} as ${y}`, holds: above(1, 0) },
      { text: `${x} is just as ${base} as ${y}`, holds: ([a, b]) => a === b },
      { text: `${x} is ${more} than ${y}, and ${y} is ${more} than ${z}`, holds: ([a, b, c]) => a > b && b > c },
      { text: `${x} is ${less} than ${y}, and ${y} is ${less} than ${z}`, holds: ([a, b, c]) => a < b && b < c },
      {
        text: `${x} is ${more} than ${y}, and ${y} is just as ${base} as ${z}`,
        holds: ([a, b, c]) => a > b && b === c,
      },
      { text: `${x} is ${more} than both ${y} and ${z}`, holds: ([a, b, c]) => a > b && a > c },
      { text: `${y} is ${more} than ${x} but ${less} than ${z}`, holds: ([a, b, c]) => b > a && b < c },
      { text: `of ${x}, ${y} and ${z}, ${z} is the ${most}`, holds: ([a, b, c]) => c > a && c > b },
    ];
    const hypotheses: Statement<Degrees>[] = [
      { text: `${x} is ${more} than ${z}`, holds: above(0, 2) },
      { text: `${z} is ${more} than ${x}`, holds: above(2, 0) },
      { text: `${x} is ${less} than ${y}`, holds: above(1, 0) },
      { text: `${y} is ${less} than ${x}`, holds: above(0, 1) },
      { text: `${y} is not as ${base} as ${x}`, holds: above(0, 1) },
      { text: `${x} is not as ${base} as ${z}`, holds: above(2, 0) },
      { text: `${y} is just as ${base} as ${x}`, holds: ([a, b]) => a === b },
      { text: `of ${x}, ${y} and ${z}, ${x} is the ${most}`, holds: ([a, b, c]) => a > b && a > c },
    ];
    return chooseDraw(chance, { premises, hypotheses }, degrees);
  },
};

function persons(chance: Chance): [string, string, string] {
  const [first, second, third] = chance.three(people);
  return [`the ${first}`, `the ${second}`, `the ${third}`];
}
