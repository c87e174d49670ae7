// Averages: of given values, the missing value for a wanted average, and two groups together.

import type { Chance } from '../../chance.ts';
import { persons, problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const averages = sliceOf('the value still needed for an average, and the average of two groups', [
  needed,
  together,
]);

function needed(chance: Chance): Problem {
  const { name, he } = chance.pick(persons);
  const scores = [chance.whole(55, 95), chance.whole(55, 95), chance.whole(55, 95)];
  const sum = scores.reduce((total, score) => total + score, 0);
  const wanted = Math.ceil(sum / 3) - 3 + chance.whole(0, 6);
  const last = wanted * 4 - sum;
  const [first, second, third] = scores as [number, number, number];
  const subject = chance.pick(['history', 'biology', 'geography', 'music', 'physics']);
  return problem(
    `On the first three ${subject} tests ${name} scored ${first}, ${second} and ${third} points. How many points does ${he} need on ` +
      `the fourth test for an average of exactly ${wanted}?`,
    [
      `The first three tests sum to ${first} + ${second} + ${third} = ${sum} points.`,
      `Four tests with that average sum to 4 * ${wanted} = ${wanted * 4} points.`,
      `The fourth test needs ${wanted * 4} - ${sum} = ${last} points.`,
    ],
    last,
  );
}

function together(chance: Chance): Problem {
  const [small, large] = chance.two([2, 3, 4, 5, 6, 7, 8, 9, 10, 12]);
  const joint = chance.whole(60, 120);
  const step = chance.whole(1, 4);
  const [low, high] = [joint - step * large, joint + step * small];
  const [lowSum, highSum] = [small * low, large * high];
  const [things, weigh, unit] = chance.pick([
    ['parcels', 'weigh', 'kilograms'],
    ['planks', 'measure', 'centimetres'],
    ['buses', 'carry', 'passengers'],
    ['candles', 'burn for', 'minutes'],
  ] as const);
  return problem(
    `${small} ${things} ${weigh} ${low} ${unit} on average. Another ${large} ${things} ${weigh} ${high} ${unit} on average. ` +
      `What is the average of all ${small + large} ${things} in ${unit}?`,
    [
      `The first ${small} come to ${small} * ${low} = ${lowSum} ${unit}.`,
      `The other ${large} come to ${large} * ${high} = ${highSum} ${unit}.`,
      `Together that is ${lowSum} + ${highSum} = ${lowSum + highSum} ${unit}.`,
      `The average is ${lowSum + highSum} / ${small + large} = ${joint} ${unit}.`,
    ],
    joint,
  );
}
