// Counting: choices that multiply, pairs, arrangements without repetition, and groups of two kinds.

import type { Chance } from '../../chance.ts';
import { problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const counting = sliceOf('choices that multiply, handshakes, codes without repetition, and teams of two kinds', [
  menus,
  handshakes,
  codes,
  teams,
]);

function menus(chance: Chance): Problem {
  const place = chance.pick(['canteen', 'cafe', 'ship', 'hotel', 'hospital', 'school']);
  const [soups, mains, desserts] = [chance.whole(2, 9), chance.whole(3, 12), chance.whole(3, 9)];
  const clash = chance.whole(1, desserts - 1);
  const [all, never] = [soups * mains * desserts, soups * clash];
  const kinds = clash === 1 ? 'one of the desserts' : `${clash} of the desserts`;
  return problem(
    `A ${place} offers ${soups} soups, ${mains} main courses and ${desserts} desserts. A menu is one of each, but the fish, which is one of the ` +
      `main courses, is never served with ${kinds}. How many different menus are there?`,
    [
      `Without the rule there are ${soups} * ${mains} * ${desserts} = ${all} menus.`,
      `The rule takes away ${soups} * ${clash} = ${never} menus with fish.`,
      `That leaves ${all} - ${never} = ${all - never} menus.`,
    ],
    all - never,
  );
}

function handshakes(chance: Chance): Problem {
  const event = chance.pick([
    'meeting',
    'wedding',
    'reunion',
    'tournament',
    'birthday party',
    'conference',
    'workshop',
  ]);
  const family = chance.pick(['family', 'team', 'choir', 'office', 'village', 'band']);
  const people = chance.whole(8, 70);
  const close = chance.whole(3, Math.min(20, people - 3));
  const [all, never] = [(people * (people - 1)) / 2, (close * (close - 1)) / 2];
  return problem(
    `At a ${event} of ${people} people everybody shakes hands once with everybody else, except that ${close} people from one ${family} do not ` +
      `shake hands with each other. How many handshakes are there?`,
    [
      `There are ${people} * ${people - 1} / 2 = ${all} pairs of people.`,
      `Within the ${family} there are ${close} * ${close - 1} / 2 = ${never} pairs.`,
      `So there are ${all} - ${never} = ${all - never} handshakes.`,
    ],
    all - never,
  );
}

function codes(chance: Chance): Problem {
  const thing = chance.pick(['locker', 'bicycle lock', 'library card', 'parcel box', 'garage door', 'ticket']);
  const [letters, digits] = [chance.whole(5, 26), chance.whole(3, 10)];
  const banned = chance.whole(2, digits * digits - 1);
  const pairs = letters * (letters - 1);
  const endings = digits * digits - banned;
  return problem(
    `The code of a ${thing} is two different letters out of ${letters}, whose order counts, and then two digits out of ${digits} that may be equal. ` +
      `Of the pairs of digits ${banned} are not used. How many codes can be made?`,
    [
      `Two different letters can be set in ${letters} * ${letters - 1} = ${pairs} ways.`,
      `The digits can be set in ${digits} * ${digits} - ${banned} = ${endings} ways.`,
      `That makes ${pairs} * ${endings} = ${pairs * endings} codes.`,
    ],
    pairs * endings,
  );
}

function teams(chance: Chance): Problem {
  const [first, second] = chance.two(['doctors', 'nurses', 'pilots', 'clerks', 'miners', 'bakers', 'divers', 'actors']);
  const [many, few] = [chance.whole(4, 30), chance.whole(4, 14)];
  const pairs = (many * (many - 1)) / 2;
  const triples = (few * (few - 1) * (few - 2)) / 6;
  return problem(
    `From ${many} ${first} and ${few} ${second} a team of two ${first} and three ${second} is chosen. How many different teams are possible?`,
    [
      `Two ${first} can be chosen in ${many} * ${many - 1} / 2 = ${pairs} ways.`,
      `Three ${second} can be chosen in ${few} * ${few - 1} * ${few - 2} / 6 = ${triples} ways.`,
      `Together that is ${pairs} * ${triples} = ${pairs * triples} teams.`,
    ],
    pairs * triples,
  );
}
