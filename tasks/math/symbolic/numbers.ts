// Whole numbers: greatest common divisors, remainders, digits, and runs of consecutive numbers.

import type { Chance } from '../../chance.ts';
import { greatestDivisor } from './divisors.ts';
import { problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const numbers = sliceOf('greatest common divisors, remainders of remainders, digit sums, consecutive numbers', [
  pieces,
  remainder,
  digitSum,
  consecutive,
]);

function pieces(chance: Chance): Problem {
  const thing = chance.pick(['ropes', 'ribbons', 'planks', 'pipes', 'cables', 'laths']);
  const length = chance.whole(3, 18);
  const first = chance.whole(3, 30);
  const second = chance.whole(3, 30);
  const piece = length * greatestDivisor(first, second);
  const [long, short] = [length * first, length * second];
  return problem(
    `Two ${thing} are ${long} cm and ${short} cm long. Both are cut without any waste into pieces of one length, which is as great as possible. ` +
      `How many pieces are there in all?`,
    [
      `The length of a piece is the greatest common divisor of ${long} and ${short}, which is ${piece} cm.`,
      `The first of the ${thing} gives ${long} / ${piece} = ${long / piece} pieces.`,
      `The second gives ${short} / ${piece} = ${short / piece} pieces.`,
      `In all there are ${long / piece} + ${short / piece} = ${(long + short) / piece} pieces.`,
    ],
    (long + short) / piece,
  );
}

function remainder(chance: Chance): Problem {
  const [thing, large, small] = chance.pick([
    ['eggs', 'crates', 'cartons'],
    ['bolts', 'boxes', 'bags'],
    ['candles', 'cases', 'packs'],
    ['tiles', 'pallets', 'stacks'],
    ['oranges', 'chests', 'nets'],
  ] as const);
  const bag = chance.whole(4, 12);
  const box = bag * chance.whole(3, 6) + chance.whole(1, bag - 1);
  const left = chance.whole(1, bag - 1);
  const bags = chance.whole(1, Math.floor((box - 1 - left) / bag));
  const boxes = chance.whole(3, 40);
  const rest = bag * bags + left;
  const count = box * boxes + rest;
  return problem(
    `A packer has ${count} ${thing}. As many ${large} of ${box} as possible are filled, and with the rest as many ${small} of ${bag} as possible. ` +
      `How many ${thing} are left over?`,
    [
      `The ${large} take ${box} * ${boxes} = ${box * boxes} ${thing}.`,
      `There remain ${count} - ${box * boxes} = ${rest}.`,
      `The ${small} take ${bag} * ${bags} = ${bag * bags}.`,
      `There are ${rest} - ${bag * bags} = ${left} left over.`,
    ],
    left,
  );
}

function digitSum(chance: Chance): Problem {
  const [first, second] = [chance.whole(12, 99), chance.whole(101, 989)];
  const product = first * second;
  const digits = Array.from(String(product), Number);
  const sum = digits.reduce((total, digit) => total + digit, 0);
  return problem(
    `What is the sum of the digits of the product of ${first} and ${second}?`,
    [`The product is ${first} * ${second} = ${product}.`, `The sum of its digits is ${digits.join(' + ')} = ${sum}.`],
    sum,
  );
}

function consecutive(chance: Chance): Problem {
  const [kind, step] = chance.pick([
    ['whole numbers', 1],
    ['even numbers', 2],
    ['multiples of 3', 3],
    ['multiples of 5', 5],
    ['multiples of 7', 7],
  ] as const);
  const half = chance.whole(1, 6);
  const count = 2 * half + 1;
  const middle = step * chance.whole(half + 1, 150);
  const largest = middle + step * half;
  return problem(
    `The sum of ${count} consecutive ${kind} is ${count * middle}. What is the largest of them?`,
    [
      `The one in the middle is ${count * middle} / ${count} = ${middle}.`,
      `From there to the largest it is ${half} * ${step} = ${step * half}.`,
      `The largest is ${middle} + ${step * half} = ${largest}.`,
    ],
    largest,
  );
}
