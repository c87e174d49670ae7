// Numerals: bounds and ranges on how many of a group did something, or on how many things one person has seen.

import type { Chance } from '../../chance.ts';
import { acts, encounters, names, numbers, people, places, things, times } from './lexicon.ts';
import { chooseDraw } from './slice.ts';
import type { Slice, Statement } from './slice.ts';

export const numerals: Slice = {
  covers: 'at least, more than, at most, fewer than, exactly and between, with numbers near each other',
  draw(chance) {
    const say = chance.coin() ? countOfPeople(chance) : countOfThings(chance);
    const centre = chance.whole(4, 11);
    const near = [centre - 2, centre - 1, centre, centre + 1, centre + 2];
    const bounds = near.flatMap((count) => boundsAt(count));
    const statements = bounds.map(({ text, holds }) => ({ text: say(text), holds }));
    return chooseDraw(chance, { premises: statements, hypotheses: statements }, countsAround(centre));
  },
};

/** Counts up to 5 from the centre: bounds lie within 4 of it, so that what lies farther off is like the ends. */
export function countsAround(centre: number): readonly number[] {
  return Array.from({ length: 11 }, (_, step) => centre - 5 + step).filter((count) => count >= 0);
}

/** Hypotheses with `exactly` are never drawn, as nothing else here entails them; premises with it are. */
function boundsAt(bound: number): readonly Statement<number>[] {
  const word = wordOf(bound);
  return [
    { text: `at least ${word}`, holds: (count) => count >= bound },
    { text: `more than ${word}`, holds: (count) => count > bound },
    { text: `at most ${word}`, holds: (count) => count <= bound },
    { text: `fewer than ${word}`, holds: (count) => count < bound },
    { text: `exactly ${word}`, holds: (count) => count === bound },
    { text: `between ${word} and ${wordOf(bound + 2)}`, holds: (count) => count >= bound && count <= bound + 2 },
  ];
}

function countOfPeople(chance: Chance): (bound: string) => string {
  const group = `${chance.pick(people)}s ${chance.pick(places)}`;
  const { past } = chance.pick(acts);
  return (bound) => `${bound} ${group} ${past}`;
}

function countOfThings(chance: Chance): (bound: string) => string {
  const who = chance.pick(names);
  const verb = chance.pick(encounters);
  const { plural } = chance.pick(things);
  const when = chance.pick(times);
  return (bound) => `${who} ${verb} ${bound} ${plural} ${when}`;
}

function wordOf(number: number): string {
  return numbers[number] ?? String(number);
}
