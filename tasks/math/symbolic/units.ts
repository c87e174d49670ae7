// Units: lengths, weights, volumes and times that must be brought to one unit first.

import type { Chance } from '../../chance.ts';
import { persons, problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const units = sliceOf('metres and centimetres, kilograms and grams, litres and millilitres, hours and minutes', [
  pieces,
  recipe,
  practice,
]);

function pieces(chance: Chance): Problem {
  const material = chance.pick(['rope', 'ribbon', 'wire', 'string', 'tape']);
  const length = chance.pick([10, 20, 25, 50]);
  const metres = chance.whole(6, 40);
  const damaged = chance.whole(1, 5);
  const rolls = chance.whole(2, 7);
  const good = metres - damaged;
  const perRoll = (good * 100) / length;
  return problem(
    `A roll of ${material} is ${metres} metres long, but the last ${damaged} ${damaged === 1 ? 'metre is' : 'metres are'} damaged. ` +
      `How many good pieces of ${length} centimetres can be cut from ${rolls} such rolls?`,
    [
      `One roll has ${metres} - ${damaged} = ${good} good metres.`,
      `That is ${good} * 100 = ${good * 100} centimetres.`,
      `It gives ${good * 100} / ${length} = ${perRoll} pieces.`,
      `All the rolls give ${rolls} * ${perRoll} = ${rolls * perRoll} pieces.`,
    ],
    rolls * perRoll,
  );
}

function recipe(chance: Chance): Problem {
  const [large, small, thing] = chance.pick([
    ['kilograms', 'grams', 'flour'],
    ['litres', 'millilitres', 'milk'],
    ['kilograms', 'grams', 'sugar'],
    ['litres', 'millilitres', 'juice'],
  ] as const);
  const whole = chance.whole(2, 12);
  const portion = chance.whole(4, 30) * 10;
  const count = chance.whole(2, Math.floor((whole * 1000 - 1) / portion));
  const left = whole * 1000 - portion * count;
  return problem(
    `A kitchen has ${whole} ${large} of ${thing}. Every portion needs ${portion} ${small} of it. How many ${small} of ${thing} are left ` +
      `after ${count} portions?`,
    [
      `The kitchen has ${whole} * 1000 = ${whole * 1000} ${small} of ${thing}.`,
      `The portions need ${count} * ${portion} = ${count * portion} ${small}.`,
      `What is left is ${whole * 1000} - ${count * portion} = ${left} ${small}.`,
    ],
    left,
  );
}

function practice(chance: Chance): Problem {
  const { name } = chance.pick(persons);
  const skill = chance.pick(['the piano', 'Spanish', 'juggling', 'the drums', 'drawing']);
  const hours = chance.whole(1, 3);
  const minutes = chance.whole(1, 11) * 5;
  const days = chance.whole(2, 12);
  const daily = hours * 60 + minutes;
  return problem(
    `${name} practises ${skill} for ${hours} ${hours === 1 ? 'hour' : 'hours'} and ${minutes} minutes a day. ` +
      `How many minutes of practice is that in ${days} days?`,
    [
      `The hours are ${hours} * 60 = ${hours * 60} minutes.`,
      `A day has ${hours * 60} + ${minutes} = ${daily} minutes of practice.`,
      `In ${days} days that is ${days} * ${daily} = ${days * daily} minutes.`,
    ],
    days * daily,
  );
}
