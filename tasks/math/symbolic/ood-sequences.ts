// Out of distribution: sums and members of regular sequences.

import type { Chance } from '../../chance.ts';
import { problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const oodSequences = sliceOf('members and sums of arithmetic sequences, and repeated doubling', [
  rows,
  member,
  doubling,
]);

function rows(chance: Chance): Problem {
  const venue = chance.pick(['theatre', 'stadium stand', 'lecture hall', 'circus tent', 'cinema']);
  const first = chance.whole(8, 40);
  const step = chance.whole(1, 6);
  const count = chance.whole(4, 20);
  const last = first + step * (count - 1);
  return problem(
    `The front row of a ${venue} has ${first} seats, and each row behind it has ${step} more than the one before. There are ${count} rows. ` +
      `How many seats are there?`,
    [
      `From the first row to the last the number rises ${count} - 1 = ${count - 1} times.`,
      `The rise is ${count - 1} * ${step} = ${step * (count - 1)} seats.`,
      `The last row has ${first} + ${step * (count - 1)} = ${last} seats.`,
      `First and last row have ${first} + ${last} = ${first + last} seats.`,
      `All rows have ${count} * ${first + last} / 2 = ${(count * (first + last)) / 2} seats.`,
    ],
    (count * (first + last)) / 2,
  );
}

function member(chance: Chance): Problem {
  const start = chance.whole(2, 90);
  const step = chance.whole(3, 19);
  const place = chance.whole(12, 80);
  return problem(
    `A list of numbers begins ${start}, ${start + step}, ${start + 2 * step} and goes on in the same way. What is the number in place ${place}?`,
    [
      `The numbers rise by ${start + step} - ${start} = ${step}.`,
      `To place ${place} there are ${place} - 1 = ${place - 1} steps.`,
      `The steps make ${place - 1} * ${step} = ${(place - 1) * step}.`,
      `The number is ${start} + ${(place - 1) * step} = ${start + (place - 1) * step}.`,
    ],
    start + (place - 1) * step,
  );
}

function doubling(chance: Chance): Problem {
  const [what, where] = chance.pick([
    ['bacteria', 'dish'],
    ['algae cells', 'flask'],
    ['yeast cells', 'tube'],
    ['lily pads', 'lake'],
  ] as const);
  const start = chance.whole(3, 60);
  const times = chance.whole(3, 6);
  const period = chance.pick([15, 20, 25, 30, 40, 45]);
  const removed = chance.whole(1, start);
  const counts = Array.from({ length: times }, (_, turn) => start * 2 ** turn);
  const end = start * 2 ** times;
  return problem(
    `A ${where} has ${start} ${what}, and their number doubles every ${period} minutes. After ${times * period} minutes ${removed} of them ` +
      `are taken out. How many ${what} are in the ${where} then?`,
    [
      `The number doubles ${times * period} / ${period} = ${times} times.`,
      ...counts.map((count) => `It goes to 2 * ${count} = ${2 * count}.`),
      `Then there are ${end} - ${removed} = ${end - removed} left.`,
    ],
    end - removed,
  );
}
