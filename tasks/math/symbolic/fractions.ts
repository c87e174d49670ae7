// Fractions: parts of a whole, parts of what is left, and a whole from its part.

import type { Chance } from '../../chance.ts';
import { persons, problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const fractions = sliceOf(
  'a part of a whole, a part of the rest, the whole from a part, and sums of fractions',
  [partOfRest, wholeFromPart, remainingShare],
);

const parts: readonly (readonly [number, number])[] = [
  [1, 2],
  [1, 3],
  [2, 3],
  [1, 4],
  [3, 4],
  [1, 5],
  [2, 5],
  [3, 5],
  [5, 6],
  [3, 8],
];

function partOfRest(chance: Chance): Problem {
  const { name, he } = chance.pick(persons);
  const thing = chance.pick(['stamps', 'stickers', 'cards', 'beads', 'cookies', 'seeds']);
  const [top, bottom] = chance.pick(parts);
  const [nextTop, nextBottom] = chance.pick(parts);
  const total = bottom * nextBottom * chance.whole(2, 12);
  const given = (total * top) / bottom;
  const rest = total - given;
  const sold = (rest * nextTop) / nextBottom;
  return problem(
    `${name} has ${total} ${thing}. First ${he} gives away ${top}/${bottom} of them. Then ${he} sells ${nextTop}/${nextBottom} ` +
      `of the ${thing} that are left. How many ${thing} does ${name} keep?`,
    [
      `${name} gives away ${total} * ${top}/${bottom} = ${given} ${thing}.`,
      `That leaves ${total} - ${given} = ${rest} ${thing}.`,
      `${name} sells ${rest} * ${nextTop}/${nextBottom} = ${sold} ${thing}.`,
      `${name} keeps ${rest} - ${sold} = ${rest - sold} ${thing}.`,
    ],
    rest - sold,
  );
}

function wholeFromPart(chance: Chance): Problem {
  const place = chance.pick(['school', 'company', 'village', 'club', 'library', 'hospital']);
  const group = chance.pick(['members', 'people', 'visitors']);
  const [top, bottom] = chance.pick(parts);
  const unit = chance.whole(3, 60);
  const part = unit * top;
  const extra = chance.whole(2, 40);
  return problem(
    `In a ${place}, ${top}/${bottom} of the ${group} are adults, which makes ${part} adults. Later ${extra} more ${group} join. ` +
      `How many ${group} does the ${place} have then?`,
    [
      `One part of ${bottom} is ${part} / ${top} = ${unit} ${group}.`,
      `All together there were ${unit} * ${bottom} = ${unit * bottom} ${group}.`,
      `After the others join there are ${unit * bottom} + ${extra} = ${unit * bottom + extra} ${group}.`,
    ],
    unit * bottom + extra,
  );
}

function remainingShare(chance: Chance): Problem {
  const { name } = chance.pick(persons);
  const [first, second] = [chance.whole(3, 9), chance.whole(3, 9)];
  const common = first * second;
  const used = first + second;
  const left = common - used;
  const meal = chance.pick(['cake', 'pie', 'loaf of bread', 'pan of lasagne', 'block of cheese']);
  const total = common * chance.whole(5, 25);
  return problem(
    `A ${meal} weighs ${total} grams. ${name} eats 1/${first} of it and a friend eats 1/${second} of the whole. ` +
      `How many grams are left?`,
    [
      `${name} eats ${total} / ${first} = ${total / first} grams.`,
      `The friend eats ${total} / ${second} = ${total / second} grams.`,
      `Together they eat ${total / first} + ${total / second} = ${(total * used) / common} grams.`,
      `What is left is ${total} - ${(total * used) / common} = ${(total * left) / common} grams.`,
    ],
    (total * left) / common,
  );
}
