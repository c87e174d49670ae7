// Equations: one unknown on both sides, two unknowns from sum and difference, values of polynomials, proportions.

import type { Chance } from '../../chance.ts';
import { problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const equations = sliceOf('linear equations, a sum and a difference, values of polynomials, proportions', [
  linear,
  product,
  polynomial,
  proportion,
]);

function linear(chance: Chance): Problem {
  const unknown = chance.pick(['x', 'y', 'n', 't']);
  const value = chance.whole(2, 40);
  const right = chance.whole(2, 9);
  const left = right + chance.whole(2, 9);
  const added = chance.whole(1, 60);
  const other = (left - right) * value + added;
  return problem(
    `If ${left}${unknown} + ${added} = ${right}${unknown} + ${other}, what is the value of ${unknown}?`,
    [
      `Taking ${right}${unknown} from both sides leaves ${left} - ${right} = ${left - right} times ${unknown} on the left.`,
      `Taking ${added} from both sides leaves ${other} - ${added} = ${other - added} on the right.`,
      `So ${unknown} is ${other - added} / ${left - right} = ${value}.`,
    ],
    value,
  );
}

function product(chance: Chance): Problem {
  const [more, less] = chance.pick([
    ['x', 'y'],
    ['a', 'b'],
    ['p', 'q'],
  ] as const);
  const small = chance.whole(2, 60);
  const difference = chance.whole(1, 50);
  const large = small + difference;
  const sum = small + large;
  return problem(
    `Two numbers ${more} and ${less} satisfy ${more} + ${less} = ${sum} and ${more} - ${less} = ${difference}. What is their product?`,
    [
      `Adding both gives twice ${more}: ${sum} + ${difference} = ${2 * large}.`,
      `So ${more} is ${2 * large} / 2 = ${large}.`,
      `Then ${less} is ${sum} - ${large} = ${small}.`,
      `The product is ${large} * ${small} = ${large * small}.`,
    ],
    large * small,
  );
}

function polynomial(chance: Chance): Problem {
  const name = chance.pick(['f', 'g', 'h', 'p']);
  const [square, times, plus] = [chance.whole(2, 9), chance.whole(2, 15), chance.whole(1, 40)];
  const at = chance.whole(2, 15);
  const value = square * at * at + times * at + plus;
  return problem(
    `The function ${name} is given by ${name}(x) = ${square}x^2 + ${times}x + ${plus}. What is ${name}(${at})?`,
    [
      `The square part is ${square} * ${at} * ${at} = ${square * at * at}.`,
      `The linear part is ${times} * ${at} = ${times * at}.`,
      `Together that is ${square * at * at} + ${times * at} + ${plus} = ${value}.`,
    ],
    value,
  );
}

function proportion(chance: Chance): Problem {
  const [effect, cause] = chance.pick([
    ['The stretch of a spring in millimetres', 'the load in kilograms'],
    ['The thrust of a pump in newtons', 'its pressure in bars'],
    ['The depth of a dent in microns', 'the height of the fall in centimetres'],
    ['The brightness of a lamp in lumens', 'its power in watts'],
  ] as const);
  const factor = chance.whole(3, 40);
  const [seen, asked] = chance.two(Array.from({ length: 48 }, (_, index) => index + 3));
  return problem(
    `${effect} is proportional to ${cause}. It is ${factor * seen} at ${seen}. What is it at ${asked}?`,
    [
      `For each unit it is ${factor * seen} / ${seen} = ${factor}.`,
      `At ${asked} it is ${factor} * ${asked} = ${factor * asked}.`,
    ],
    factor * asked,
  );
}
