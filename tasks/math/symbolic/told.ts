// The training slices told by somebody: who it is and what the occasion was stands before the problem, and changes nothing in it.
// By many tellers that is rich wording without another problem; by one it is as many words, the same every time.

import { chanceAt, type Chance } from '../../chance.ts';
import type { Slice } from './problem.ts';

const manners = 'retired cheerful shy stubborn absent-minded polite tireless grumpy famous thrifty'.split(' ');
const callings =
  'beekeeper sailor violinist dentist blacksmith lawyer gardener weaver astronomer butcher typist shepherd tailor cellist porter plumber'.split(
    ' ',
  );
const towns = 'Lisbon Oslo Nairobi Quito Hanoi Tunis Bergen Dakar Lima Riga Cork Pune Osaka Porto Izmir Leeds'.split(
  ' ',
);
const habits: readonly string[] = [
  'collects old maps',
  'never sleeps past dawn',
  'writes letters to the newspaper',
  'keeps parrots',
  'dislikes noise',
  'repairs clocks for fun',
  'grew up on an island',
  'sings in the bath',
  'paints portraits of cats',
  'reads nothing but poetry',
  'owns too many umbrellas',
  'once met a king',
  'bakes rye bread',
  'walks barefoot in winter',
];
const occasions: readonly string[] = [
  'during a thunderstorm',
  'on a crowded train',
  'after a long concert',
  'in the waiting room',
  'over a cup of cocoa',
  'on the eve of an election',
  'while it was snowing outside',
  'beside a campfire',
  'in a letter to an old friend',
  'at the end of a dull lecture',
  'on the back of a menu',
  'before breakfast',
];
const verbs = ['noted this', 'asked this', 'told this', 'made this up', 'puzzled over this', 'scribbled this'];

/** Told by one of half a million tellers. */
export function told(slice: Slice): Slice {
  return withOpening(slice, 'told by many', openingOf);
}

/** Told by the same one every time. */
export function retold(slice: Slice): Slice {
  return withOpening(slice, 'told by one', () => openingOf(chanceAt('the one teller', 'told', 0)));
}

function withOpening({ covers, draw }: Slice, how: string, open: (chance: Chance) => string): Slice {
  return {
    covers: `${covers}; ${how}`,
    draw(chance) {
      const opening = open(chance);
      const drawn = draw(chance);
      return { ...drawn, question: `${opening} ${drawn.question}` };
    },
  };
}

function openingOf(chance: Chance): string {
  const [manner, calling, town] = [chance.pick(manners), chance.pick(callings), chance.pick(towns)];
  const [habit, verb, occasion] = [chance.pick(habits), chance.pick(verbs), chance.pick(occasions)];
  const article = /^[aeiou]/.test(manner) ? 'An' : 'A';
  return `${article} ${manner} ${calling} from ${town}, who ${habit}, ${verb} ${occasion}.`;
}
