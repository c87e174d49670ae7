// Probability: one draw, two draws without putting back, and averages over many turns of a wheel.

import type { Chance } from '../../chance.ts';
import { greatestDivisor } from './divisors.ts';
import { problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const probability = sliceOf('one draw, two draws without putting back, and averages over many turns', [
  oneDraw,
  twoDraws,
  wheel,
]);

const holders = ['urn', 'bag', 'drum', 'hat', 'jar', 'basket'];
const colours = ['red', 'blue', 'green', 'white', 'black', 'yellow'];
const question = (probabilityOf: string) =>
  `In lowest terms, the probability ${probabilityOf} is the fraction m/n. What is the sum of m and n?`;

function oneDraw(chance: Chance): Problem {
  const holder = chance.pick(holders);
  const [first, second, third] = chance.three(colours);
  const [a, b, c] = [chance.whole(2, 30), chance.whole(2, 30), chance.whole(2, 30)];
  const [others, all] = [b + c, a + b + c];
  return problem(
    `The ${holder} holds ${a} ${first}, ${b} ${second} and ${c} ${third} balls, and one is drawn blindly. ${question(`that it is not ${first}`)}`,
    [
      `Balls of another colour than ${first}: ${b} + ${c} = ${others}.`,
      `All balls: ${a} + ${others} = ${all}.`,
      ...lowestTerms(others, all),
    ],
    (others + all) / greatestDivisor(others, all),
  );
}

function twoDraws(chance: Chance): Problem {
  const holder = chance.pick(holders);
  const [first, second] = chance.two(colours);
  const [a, b] = [chance.whole(3, 30), chance.whole(2, 30)];
  const all = a + b;
  const [hits, draws] = [a * (a - 1), all * (all - 1)];
  return problem(
    `The ${holder} holds ${a} ${first} and ${b} ${second} counters. Two are taken out, one after the other. ${question(`that both are ${first}`)}`,
    [
      `There are ${a} + ${b} = ${all} counters.`,
      `Two ${first} ones in order: ${a} * ${a - 1} = ${hits} ways.`,
      `Any two in order: ${all} * ${all - 1} = ${draws} ways.`,
      ...lowestTerms(hits, draws),
    ],
    (hits + draws) / greatestDivisor(hits, draws),
  );
}

function wheel(chance: Chance): Problem {
  const fair = chance.pick(['fair', 'market', 'school fete', 'harbour festival', 'village feast']);
  const fields = chance.whole(5, 20);
  const winning = chance.whole(2, fields - 2);
  const [prize, comfort] = [chance.whole(5, 20), chance.whole(1, 4)];
  const rounds = chance.whole(3, 40);
  const [hits, misses] = [winning * rounds, (fields - winning) * rounds];
  const total = hits * prize + misses * comfort;
  return problem(
    `A wheel at a ${fair} has ${fields} equal fields. On ${winning} of them a turn wins $${prize}, on the others $${comfort}. ` +
      `How many dollars are won in ${fields * rounds} turns on average?`,
    [
      `Each field comes up ${fields * rounds} / ${fields} = ${rounds} times on average.`,
      `The large prize is won ${winning} * ${rounds} = ${hits} times, which gives ${hits} * ${prize} = ${hits * prize} dollars.`,
      `The small one is won ${fields - winning} * ${rounds} = ${misses} times, which gives ${misses} * ${comfort} = ${misses * comfort} dollars.`,
      `Together that is ${hits * prize} + ${misses * comfort} = ${total} dollars.`,
    ],
    total,
  );
}

function lowestTerms(hits: number, all: number): readonly string[] {
  const divisor = greatestDivisor(hits, all);
  const [m, n] = [hits / divisor, all / divisor];
  return [
    `The greatest common divisor of ${hits} and ${all} is ${divisor}.`,
    `So m is ${hits} / ${divisor} = ${m} and n is ${all} / ${divisor} = ${n}.`,
    `The sum is ${m} + ${n} = ${m + n}.`,
  ];
}
