// Out of distribution: upward and downward contexts made by verbs, prepositions and pronouns in place of determiners.

import { narrower } from './lexicon.ts';
import { buildings, chores, kinds, names, settings, workers } from './ood-lexicon.ts';
import { sentence, withArticle } from './slice.ts';
import type { Slice } from './slice.ts';

interface Words {
  readonly name: string;
  readonly worker: string;
  readonly chore: string;
  readonly building: string;
  readonly kind: string;
  readonly when: string;
}

interface Context {
  readonly direction: 'up' | 'down';
  readonly say: (words: Words) => string;
}

const contexts: readonly Context[] = [
  { direction: 'down', say: ({ name, chore, kind }) => `${name} ${chore} without using ${kind}` },
  { direction: 'down', say: ({ worker, kind, when }) => `nobody sold the ${worker} ${kind} ${when}` },
  { direction: 'down', say: ({ name, worker, kind }) => `${name} has never shown the ${worker} ${kind}` },
  {
    direction: 'down',
    say: ({ kind, building, when }) => `anyone who stole ${kind} from the ${building} ${when} was caught`,
  },
  { direction: 'up', say: ({ name, chore, kind }) => `${name} ${chore} with the help of ${kind}` },
  { direction: 'up', say: ({ worker, kind, when }) => `somebody sold the ${worker} ${kind} ${when}` },
  { direction: 'up', say: ({ name, worker, kind }) => `${name} once showed the ${worker} ${kind}` },
  {
    direction: 'up',
    say: ({ kind, building, when }) => `someone who stole ${kind} from the ${building} ${when} was caught`,
  },
];

export const oodMonotonicity: Slice = {
  covers: 'hypernyms under nobody, never, without, anyone who and their upward counterparts',
  draw(chance) {
    const wide = chance.pick(kinds.filter(({ parent }) => parent === undefined));
    const narrow = chance.pick(narrower(kinds, wide.word));
    const rest = {
      name: chance.pick(names),
      worker: chance.pick(workers),
      building: chance.pick(buildings),
      chore: chance.pick(chores).past,
      when: chance.pick(settings),
    };
    const { direction, say } = chance.pick(contexts);
    const upward = chance.coin();
    const [shown, asked] = upward ? [narrow, wide] : [wide, narrow];
    const text = ({ word }: { word: string }) => sentence(say({ ...rest, kind: withArticle(word) }));
    return { premise: text(shown), hypothesis: text(asked), entailed: (direction === 'up') === upward };
  },
};
