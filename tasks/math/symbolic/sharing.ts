// Sharing: by ratio, evenly after some are set aside, and by a fixed surplus.

import type { Chance } from '../../chance.ts';
import { persons, problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const sharing = sliceOf('sums shared by ratio, evenly after a part is set aside, and with a surplus for one', [
  byRatio,
  evenly,
  withSurplus,
]);

function byRatio(chance: Chance): Problem {
  const [first, second] = chance.two(persons);
  const shares = chance.two([1, 2, 3, 5, 7, 11]);
  const unit = chance.whole(4, 80);
  const all = shares[0] + shares[1];
  const difference = Math.abs(shares[0] - shares[1]);
  const [more, less] = shares[0] > shares[1] ? [first, second] : [second, first];
  return problem(
    `${first.name} and ${second.name} share $${unit * all} in the ratio ${shares[0]}:${shares[1]}. How many dollars more than ` +
      `${less.name} does ${more.name} get?`,
    [
      `There are ${shares[0]} + ${shares[1]} = ${all} parts.`,
      `One part is ${unit * all} / ${all} = ${unit} dollars.`,
      `${more.name} gets ${Math.max(...shares)} - ${Math.min(...shares)} = ${difference} parts more.`,
      `That is ${difference} * ${unit} = ${difference * unit} dollars.`,
    ],
    difference * unit,
  );
}

function evenly(chance: Chance): Problem {
  const { name, he } = chance.pick(persons);
  const thing = chance.pick(['plums', 'marbles', 'sweets', 'walnuts', 'crayons']);
  const friends = chance.whole(3, 12);
  const each = chance.whole(3, 30);
  const kept = chance.whole(2, 25);
  const boxes = chance.whole(2, 6);
  const total = friends * each + kept;
  const inBoxes = total - (total % boxes);
  const loose = total - inBoxes;
  return problem(
    `${name} has ${boxes} boxes with ${inBoxes / boxes} ${thing} in each${loose > 0 ? ` and ${loose} loose ${thing}` : ''}. ` +
      `After setting ${kept} aside, ${he} shares the rest equally among ${friends} friends. How many ${thing} does each friend get?`,
    [
      `The boxes hold ${boxes} * ${inBoxes / boxes} = ${inBoxes} ${thing}.`,
      ...(loose > 0 ? [`With the loose ones there are ${inBoxes} + ${loose} = ${total} ${thing}.`] : []),
      `To share there are ${total} - ${kept} = ${total - kept} ${thing}.`,
      `Each friend gets ${total - kept} / ${friends} = ${each} ${thing}.`,
    ],
    each,
  );
}

function withSurplus(chance: Chance): Problem {
  const [first, second, third] = chance.three(persons);
  const base = chance.whole(5, 90);
  const [secondMore, thirdMore] = [chance.whole(2, 30), chance.whole(2, 30)];
  const total = 3 * base + secondMore + thirdMore;
  return problem(
    `${first.name}, ${second.name} and ${third.name} picked ${total} apples in all. ${second.name} picked ${secondMore} more than ` +
      `${first.name}, and ${third.name} picked ${thirdMore} more than ${first.name}. How many apples did ${second.name} pick?`,
    [
      `Without the surplus there are ${total} - ${secondMore} - ${thirdMore} = ${3 * base} apples.`,
      `So ${first.name} picked ${3 * base} / 3 = ${base} apples.`,
      `${second.name} picked ${base} + ${secondMore} = ${base + secondMore} apples.`,
    ],
    base + secondMore,
  );
}
