// Hypernyms: a poodle is a dog and an animal; a dog need not be a poodle; sprinting is running.

import type { Chance } from '../../chance.ts';
import { encounters, manners, names, narrower, things, times, wider } from './lexicon.ts';
import type { Kind } from './lexicon.ts';
import { sentence, withArticle } from './slice.ts';
import type { Draw, Slice } from './slice.ts';

export const hypernyms: Slice = {
  covers: 'nouns and verbs replaced by wider, narrower and unrelated ones in positive sentences',
  draw(chance) {
    return chance.next() < 0.85 ? ofThings(chance) : ofManners(chance);
  },
};

const general = things.filter(({ word }) => narrower(things, word).length > 0);

function ofThings(chance: Chance): Draw {
  const asked = chance.pick(chance.next() < 0.75 ? general : things);
  const entailed = chance.coin();
  const shown = entailed ? below(chance, asked) : beside(chance, asked);
  const other = chance.pick(unrelated(asked));
  const pair = chance.coin() ? [shown, other] : [other, shown];
  // A leaf has nothing below it, so that only a pair of things can entail it without repeating the premise.
  const said = shown.word === asked.word || chance.coin() ? pair : [shown];
  const who = chance.pick(names);
  const verb = chance.pick(encounters);
  const when = chance.pick(times);
  const objects = said.map(({ word }) => withArticle(word)).join(' and ');
  return {
    premise: sentence(`${who} ${verb} ${objects} ${when}`),
    hypothesis: sentence(`${who} ${verb} ${withArticle(asked.word)} ${when}`),
    entailed,
  };
}

function below(chance: Chance, asked: Kind): Kind {
  const members = narrower(things, asked.word);
  return members.length > 0 ? chance.pick(members) : asked;
}

/** Something that is not of the asked kind, near it in the taxonomy more often than not. */
function beside(chance: Chance, asked: Kind): Kind {
  const above = wider(things, asked.word);
  const near = above.length > 0 ? [...above, ...siblings(asked)] : [];
  return near.length > 0 && chance.next() < 0.6 ? chance.pick(near) : chance.pick(unrelated(asked));
}

function siblings(asked: Kind): readonly Kind[] {
  const family = narrower(things, asked.parent ?? '');
  const own = [asked, ...narrower(things, asked.word)].map((kind) => kind.word);
  return family.filter((kind) => !own.includes(kind.word));
}

function unrelated(asked: Kind): readonly Kind[] {
  const root = rootOf(asked);
  return things.filter((kind) => rootOf(kind) !== root);
}

function rootOf(kind: Kind): string {
  return wider(things, kind.word).at(-1)?.word ?? kind.word;
}

/** The narrow act entails both; the wide act does not entail the narrow one, nor does one person's act another's. */
function ofManners(chance: Chance): Draw {
  const manner = chance.pick(manners);
  const other = chance.pick(manners.filter(({ tail }) => tail !== manner.tail));
  const [first, second] = chance.two(names);
  const when = chance.pick(times);
  const entailed = chance.coin();
  const asksWide = chance.coin();
  const shown = entailed || asksWide ? manner.narrow : manner.wide;
  const who = !entailed && asksWide ? second : first;
  return {
    premise: sentence(`${first} ${shown} ${manner.tail} ${when}, and ${second} ${other.wide} ${other.tail}`),
    hypothesis: sentence(`${who} ${asksWide ? manner.wide : manner.narrow} ${manner.tail} ${when}`),
    entailed,
  };
}
