// Out of distribution: two that work at one job, packing with a remainder, and meetings at common multiples.

import type { Chance } from '../../chance.ts';
import { problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const oodSchedules = sliceOf(
  'joint work, packing into full and part-full containers, and events that coincide',
  [jointWork, packing, coincidence],
);

/** Pairs of times that together take a whole number of hours: 1/a + 1/b = 1/c. */
const pairs: readonly (readonly [number, number, number])[] = [
  [3, 6, 2],
  [4, 12, 3],
  [6, 12, 4],
  [6, 30, 5],
  [8, 24, 6],
  [9, 18, 6],
  [10, 15, 6],
  [10, 40, 8],
  [12, 24, 8],
  [15, 30, 10],
  [20, 30, 12],
  [14, 35, 10],
  [20, 60, 15],
];

function jointWork(chance: Chance): Problem {
  const [one, two, job] = chance.pick([
    ['pump A', 'pump B', 'empty a basin'],
    ['an old printer', 'a new printer', 'print a catalogue'],
    ['a novice', 'an expert', 'lay a mosaic'],
    ['a small plough', 'a large plough', 'till a plot'],
  ] as const);
  const [fast, slow, joint] = chance.pick(pairs);
  const jobs = chance.whole(2, 30);
  const pause = chance.whole(1, 12);
  const common = fast * slow;
  return problem(
    `It takes ${one} ${slow} hours to ${job} and ${two} ${fast} hours. Both work at the same time and do it ${jobs} times over, with ` +
      `pauses of ${pause} ${pause === 1 ? 'hour' : 'hours'} in all. How many hours pass?`,
    [
      `In ${common} hours the first does it ${common} / ${slow} = ${fast} times and the second ${common} / ${fast} = ${slow} times.`,
      `Together they do it ${fast} + ${slow} = ${fast + slow} times in ${common} hours.`,
      `Once takes ${common} / ${fast + slow} = ${joint} hours.`,
      `${jobs} times take ${jobs} * ${joint} = ${jobs * joint} hours.`,
      `With the pauses ${jobs * joint} + ${pause} = ${jobs * joint + pause} hours pass.`,
    ],
    jobs * joint + pause,
  );
}

function packing(chance: Chance): Problem {
  const [item, container] = chance.pick([
    ['eggs', 'carton'],
    ['tulip bulbs', 'sack'],
    ['passengers', 'ferry'],
    ['jars', 'pallet'],
    ['tiles', 'stack'],
  ] as const);
  const size = chance.whole(6, 48);
  const full = chance.whole(3, 40);
  const rest = chance.whole(1, size - 1);
  const total = size * full + rest;
  return problem(
    `A ${container} takes ${size} ${item}. There are ${total} ${item}, and every ${container} but the last one is full. How many more ${item} ` +
      `would fit in the last ${container}?`,
    [
      `The full ones take ${full} * ${size} = ${size * full} ${item}.`,
      `The last ${container} takes ${total} - ${size * full} = ${rest} ${item}.`,
      `It has room for ${size} - ${rest} = ${size - rest} more.`,
    ],
    size - rest,
  );
}

function coincidence(chance: Chance): Problem {
  const [first, second, acts] = chance.pick([
    ['A tram', 'a metro', 'leaves'],
    ['A red beacon', 'a green beacon', 'flashes'],
    ['One bell', 'another bell', 'rings'],
    ['One sprinkler', 'another sprinkler', 'starts'],
  ] as const);
  const unit = chance.pick(['minutes', 'seconds']);
  const shared = chance.whole(2, 9);
  const [a, b] = chance.two([2, 3, 5, 7, 11]);
  const [x, y] = [shared * a, shared * b];
  const common = shared * a * b;
  const times = chance.whole(3, 30);
  return problem(
    `${first} ${acts} every ${x} ${unit} and ${second} every ${y} ${unit}. Both have just done so at the same moment. In how many ` +
      `${unit} will that happen for the ${ordinal(times)} time from now?`,
    [
      `The greatest common divisor of ${x} and ${y} is ${shared}.`,
      `The least common multiple is ${x} * ${y} / ${shared} = ${common}.`,
      `The ${ordinal(times)} time is in ${times} * ${common} = ${times * common} ${unit}.`,
    ],
    times * common,
  );
}

function ordinal(number: number): string {
  const last = number % 10;
  const teen = number > 10 && number < 20;
  return `${number}${!teen && last === 1 ? 'st' : !teen && last === 2 ? 'nd' : !teen && last === 3 ? 'rd' : 'th'}`;
}
