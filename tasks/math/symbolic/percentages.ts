// Percentages: discounts, growth in two steps, and the share of a group.

import type { Chance } from '../../chance.ts';
import { dollars, persons, problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const percentages = sliceOf('discounts with a coupon, two changes in a row, and groups of groups', [
  discount,
  twoChanges,
  groups,
]);

function discount(chance: Chance): Problem {
  const { name } = chance.pick(persons);
  const item = chance.pick(['jacket', 'desk', 'phone', 'suitcase', 'keyboard', 'carpet', 'watch']);
  const price = chance.whole(8, 60) * 5;
  const percent = chance.whole(1, 12) * 5;
  const coupon = chance.whole(1, 9);
  const off = price * percent;
  const paid = price * 100 - off - coupon * 100;
  return problem(
    `A ${item} costs $${price}. The shop takes ${percent}% off, and ${name} also has a coupon for another $${coupon} off ` +
      `the reduced price. How many dollars does ${name} pay?`,
    [
      `The discount is ${price} * ${percent} / 100 = ${dollars(off)} dollars.`,
      `The reduced price is ${price} - ${dollars(off)} = ${dollars(price * 100 - off)} dollars.`,
      `With the coupon ${name} pays ${dollars(price * 100 - off)} - ${coupon} = ${dollars(paid)} dollars.`,
    ],
    dollars(paid).replace(/(\.\d)0$/, '$1'),
  );
}

function twoChanges(chance: Chance): Problem {
  const place = chance.pick(['town', 'school', 'forum', 'gym', 'choir', 'zoo']);
  const unit = chance.pick(['members', 'users', 'visitors']);
  const [up, down] = [chance.whole(1, 10) * 10, chance.whole(1, 9) * 10];
  const start = chance.whole(2, 40) * 100;
  const grown = (start * (100 + up)) / 100;
  const ended = (grown * (100 - down)) / 100;
  return problem(
    `A ${place} has ${start} ${unit}. In the first year the number grows by ${up}%. In the second year it falls by ${down}%. ` +
      `How many ${unit} does the ${place} have after the two years?`,
    [
      `In the first year the ${place} gains ${start} * ${up} / 100 = ${grown - start} ${unit}.`,
      `Then it has ${start} + ${grown - start} = ${grown} ${unit}.`,
      `In the second year it loses ${grown} * ${down} / 100 = ${grown - ended} ${unit}.`,
      `At the end it has ${grown} - ${grown - ended} = ${ended} ${unit}.`,
    ],
    ended,
  );
}

function groups(chance: Chance): Problem {
  const total = chance.whole(2, 30) * 100;
  const [first, second] = [chance.whole(1, 9) * 10, chance.whole(1, 9) * 10];
  const inside = (total * first) / 100;
  const both = (inside * second) / 100;
  const [kind, trait, habit] = chance.pick([
    ['students', 'take the bus', 'live outside the city'],
    ['guests', 'order dessert', 'choose ice cream'],
    ['readers', 'borrow novels', 'prefer mysteries'],
    ['employees', 'work from home', 'have children'],
  ] as const);
  return problem(
    `Of ${total} ${kind}, ${first}% ${trait}. Of those who ${trait}, ${second}% ${habit}. How many ${kind} ${trait} but do not ${habit}?`,
    [
      `There are ${total} * ${first} / 100 = ${inside} ${kind} who ${trait}.`,
      `Of these ${inside} * ${second} / 100 = ${both} ${habit}.`,
      `So ${inside} - ${both} = ${inside - both} do not.`,
    ],
    inside - both,
  );
}
