// Ages: in some years, some years ago, and from a sum.

import type { Chance } from '../../chance.ts';
import { persons, problem, sliceOf, timesAs } from './problem.ts';
import type { Problem } from './problem.ts';

export const ages = sliceOf('ages now, in some years and some years ago, as multiples, differences and sums', [
  later,
  fromSum,
  ago,
]);

function later(chance: Chance): Problem {
  const [child, parent] = chance.two(persons);
  const age = chance.whole(4, 15);
  const times = chance.whole(2, 5);
  const years = chance.whole(2, 25);
  const sum = age * (times + 1) + 2 * years;
  return problem(
    `${child.name} is ${age} years old. ${parent.name} is ${timesAs(times)} as old as ${child.name}. What will the sum of their ages be ` +
      `in ${years} years?`,
    [
      `${parent.name} is ${times} * ${age} = ${times * age} years old.`,
      `In ${years} years ${child.name} will be ${age} + ${years} = ${age + years}.`,
      `${parent.name} will be ${times * age} + ${years} = ${times * age + years}.`,
      `The sum will be ${age + years} + ${times * age + years} = ${sum}.`,
    ],
    sum,
  );
}

function fromSum(chance: Chance): Problem {
  const [young, old] = chance.two(persons);
  const age = chance.whole(5, 50);
  const difference = chance.whole(2, 35);
  const sum = 2 * age + difference;
  return problem(
    `${old.name} is ${difference} years older than ${young.name}. Together they are ${sum} years old. How old is ${old.name}?`,
    [
      `Twice the age of ${young.name} is ${sum} - ${difference} = ${2 * age}.`,
      `So ${young.name} is ${2 * age} / 2 = ${age} years old.`,
      `${old.name} is ${age} + ${difference} = ${age + difference} years old.`,
    ],
    age + difference,
  );
}

function ago(chance: Chance): Problem {
  const [young, old] = chance.two(persons);
  const years = chance.whole(2, 12);
  const then = chance.whole(2, 14);
  const times = chance.whole(2, 6);
  const oldNow = then * times + years;
  return problem(
    `${young.name} is ${then + years} years old. ${years} years ago ${old.name} was ${timesAs(times)} as old as ${young.name} was then. ` +
      `How old is ${old.name} now?`,
    [
      `${years} years ago ${young.name} was ${then + years} - ${years} = ${then}.`,
      `At that time ${old.name} was ${times} * ${then} = ${times * then}.`,
      `Now ${old.name} is ${times * then} + ${years} = ${oldNow}.`,
    ],
    oldNow,
  );
}
