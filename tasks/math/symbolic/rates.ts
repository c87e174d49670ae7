// Rates: distance and speed, output of machines, and emptying tanks.

import type { Chance } from '../../chance.ts';
import { persons, problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const rates = sliceOf('distance and speed in two legs, machines side by side, and tanks that fill and drain', [
  journey,
  machines,
  tank,
]);

function journey(chance: Chance): Problem {
  const { name, he } = chance.pick(persons);
  const travels = chance.pick(['drives', 'cycles', 'rides']);
  const [firstSpeed, secondSpeed] = [chance.whole(3, 18) * 5, chance.whole(3, 18) * 5];
  const [firstHours, secondHours] = [chance.whole(2, 6), chance.whole(2, 6)];
  const [firstLeg, secondLeg] = [firstSpeed * firstHours, secondSpeed * secondHours];
  const done = firstLeg + secondLeg;
  const left = chance.whole(5, 95);
  return problem(
    `${name} ${travels} to a town that is ${done + left} km away. For ${firstHours} hours ${he} goes at ${firstSpeed} km per hour and ` +
      `for the next ${secondHours} hours at ${secondSpeed} km per hour. How many kilometres are still to go?`,
    [
      `The first part is ${firstHours} * ${firstSpeed} = ${firstLeg} km.`,
      `The second part is ${secondHours} * ${secondSpeed} = ${secondLeg} km.`,
      `Together that is ${firstLeg} + ${secondLeg} = ${done} km.`,
      `There are ${done + left} - ${done} = ${left} km to go.`,
    ],
    left,
  );
}

function machines(chance: Chance): Problem {
  const thing = chance.pick(['bottles', 'screws', 'labels', 'boxes', 'bricks']);
  const [first, second] = [chance.whole(3, 40), chance.whole(3, 40)];
  const minutes = chance.whole(5, 50);
  const broken = chance.whole(2, 20);
  const made = (first + second) * minutes;
  return problem(
    `One machine makes ${first} ${thing} per minute and another makes ${second} per minute. They run side by side for ` +
      `${minutes} minutes, and ${broken} of the ${thing} turn out to be faulty. How many good ${thing} are there?`,
    [
      `Together the machines make ${first} + ${second} = ${first + second} ${thing} per minute.`,
      `In ${minutes} minutes they make ${first + second} * ${minutes} = ${made} ${thing}.`,
      `Of these ${made} - ${broken} = ${made - broken} are good.`,
    ],
    made - broken,
  );
}

function tank(chance: Chance): Problem {
  const filling = chance.whole(6, 40);
  const draining = chance.whole(1, filling - 2);
  const gain = filling - draining;
  const minutes = chance.whole(3, 30);
  const start = chance.whole(0, 20) * 5;
  const size = start + gain * minutes;
  const inside = start === 0 ? 'is empty' : `holds ${start} litres`;
  return problem(
    `A tank of ${size} litres ${inside}. A hose fills in ${filling} litres per minute while a leak lets out ${draining} litres ` +
      `per minute. After how many minutes is the tank full?`,
    [
      `The tank still takes ${size} - ${start} = ${size - start} litres.`,
      `Each minute it gains ${filling} - ${draining} = ${gain} litres.`,
      `It is full after ${size - start} / ${gain} = ${minutes} minutes.`,
    ],
    minutes,
  );
}
