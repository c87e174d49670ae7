// Comparison: more than, fewer than and times as many, chained over three people.

import type { Chance } from '../../chance.ts';
import { persons, problem, sliceOf, timesAs } from './problem.ts';
import type { Problem } from './problem.ts';

export const comparison = sliceOf(
  'more than, fewer than and times as many, chained over three people, with a total or a gap',
  [total, gap],
);

const collections = ['books', 'shells', 'photos', 'stickers', 'trophies', 'records'];

function total(chance: Chance): Problem {
  const [first, second, third] = chance.three(persons);
  const thing = chance.pick(collections);
  const count = chance.whole(5, 60);
  const times = chance.whole(2, 6);
  const fewer = chance.whole(2, count * times - 1);
  const [secondCount, thirdCount] = [count * times, count * times - fewer];
  const sum = count + secondCount + thirdCount;
  return problem(
    `${first.name} has ${count} ${thing}. ${second.name} has ${timesAs(times)} as many ${thing} as ${first.name}, and ${third.name} has ` +
      `${fewer} fewer than ${second.name}. How many ${thing} do the three have altogether?`,
    [
      `${second.name} has ${times} * ${count} = ${secondCount} ${thing}.`,
      `${third.name} has ${secondCount} - ${fewer} = ${thirdCount} ${thing}.`,
      `Altogether they have ${count} + ${secondCount} + ${thirdCount} = ${sum} ${thing}.`,
    ],
    sum,
  );
}

function gap(chance: Chance): Problem {
  const [first, second, third] = chance.three(persons);
  const thing = chance.pick(collections);
  const count = chance.whole(6, 70) * 2;
  const more = chance.whole(3, 40);
  const half = count / 2;
  return problem(
    `${first.name} has ${count} ${thing}. ${second.name} has ${more} more ${thing} than ${first.name}, and ${third.name} has half as many ` +
      `as ${first.name}. How many more ${thing} does ${second.name} have than ${third.name}?`,
    [
      `${second.name} has ${count} + ${more} = ${count + more} ${thing}.`,
      `${third.name} has ${count} / 2 = ${half} ${thing}.`,
      `The difference is ${count + more} - ${half} = ${count + more - half} ${thing}.`,
    ],
    count + more - half,
  );
}
