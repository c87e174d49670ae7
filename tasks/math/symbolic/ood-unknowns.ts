// Out of distribution: two unknowns from two sums, and a number found by undoing steps.

import type { Chance } from '../../chance.ts';
import { problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const oodUnknowns = sliceOf('heads and legs, mixed coins, and operations undone backwards', [
  legs,
  coins,
  undone,
]);

function legs(chance: Chance): Problem {
  const [two, four] = chance.pick([
    ['hens', 'rabbits'],
    ['ducks', 'goats'],
    ['geese', 'sheep'],
    ['ostriches', 'zebras'],
    ['turkeys', 'donkeys'],
  ] as const);
  const [birds, beasts] = [chance.whole(3, 60), chance.whole(3, 60)];
  const heads = birds + beasts;
  const feet = 2 * birds + 4 * beasts;
  return problem(
    `On a farm there are only ${two} and ${four}. They have ${heads} heads and ${feet} legs in all. How many ${four} are there?`,
    [
      `If all were ${two}, there would be 2 * ${heads} = ${2 * heads} legs.`,
      `That is ${feet} - ${2 * heads} = ${feet - 2 * heads} legs too few.`,
      `Each of the ${four} adds 4 - 2 = 2 legs, so there are ${feet - 2 * heads} / 2 = ${beasts} ${four}.`,
    ],
    beasts,
  );
}

function coins(chance: Chance): Problem {
  const [low, high] = chance.pick([
    [5, 10],
    [10, 25],
    [5, 25],
    [10, 50],
    [20, 50],
  ] as const);
  const holder = chance.pick(['piggy bank', 'till', 'fountain', 'vending machine', 'collection tin']);
  const [few, many] = [chance.whole(2, 50), chance.whole(2, 50)];
  const count = few + many;
  const value = low * few + high * many;
  return problem(
    `A ${holder} contains ${count} coins, each worth ${low} or ${high} cents. Their value is ${value} cents. How many ${high}-cent coins are there?`,
    [
      `If every coin were worth ${low} cents, the value would be ${count} * ${low} = ${count * low} cents.`,
      `The value is ${value} - ${count * low} = ${value - count * low} cents higher.`,
      `A ${high}-cent coin adds ${high} - ${low} = ${high - low} cents.`,
      `There are ${value - count * low} / ${high - low} = ${many} such coins.`,
    ],
    many,
  );
}

function undone(chance: Chance): Problem {
  const start = chance.whole(3, 60);
  const [factor, plus, divisor] = [chance.whole(2, 9), chance.whole(2, 40), chance.whole(2, 6)];
  const product = start * factor * divisor;
  const shifted = start * factor + plus;
  return problem(
    `I think of a number, multiply it by ${factor * divisor}, divide the result by ${divisor}, and add ${plus}. I get ${shifted}. ` +
      `What was my number?`,
    [
      `Before the addition it was ${shifted} - ${plus} = ${start * factor}.`,
      `Before the division it was ${start * factor} * ${divisor} = ${product}.`,
      `Before the multiplication it was ${product} / ${factor * divisor} = ${start}.`,
    ],
    start,
  );
}
