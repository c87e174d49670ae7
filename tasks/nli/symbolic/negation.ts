// Negation: who did it and who did not, with sentence negation, neither ... nor, double negation and contrast.

import { acts, names, times } from './lexicon.ts';
import { allFacts } from './propositions.ts';
import { chooseDraw } from './slice.ts';
import type { Slice, Statement } from './slice.ts';
import type { Facts } from './propositions.ts';

export const negation: Slice = {
  covers: 'negated sentences, neither ... nor, not both, double negation, contrast of two people',
  draw(chance) {
    const [first, second] = chance.two(names);
    const act = chance.pick(acts);
    const when = chance.pick(times);
    const did = `${act.past} ${when}`;
    const didNot = `did not ${act.base} ${when}`;
    const premises: Statement<Facts>[] = [
      { text: `${first} ${did}, but ${second} did not`, holds: ({ a, b }) => a && !b },
      { text: `${second} ${did}, but ${first} did not`, holds: ({ a, b }) => b && !a },
      { text: `unlike ${first}, ${second} ${did}`, holds: ({ a, b }) => b && !a },
      { text: `unlike ${second}, ${first} ${did}`, holds: ({ a, b }) => a && !b },
      { text: `unlike ${second}, ${first} ${didNot}`, holds: ({ a, b }) => b && !a },
      { text: `${first} ${did}, and so did ${second}`, holds: ({ a, b }) => a && b },
      { text: `${first} ${didNot}, and neither did ${second}`, holds: ({ a, b }) => !a && !b },
      { text: `neither ${first} nor ${second} ${did}`, holds: ({ a, b }) => !a && !b },
      { text: `${first} and ${second} did not both ${act.base} ${when}`, holds: ({ a, b }) => !(a && b) },
      { text: `it is not true that ${first} ${did}`, holds: ({ a }) => !a },
      { text: `it is not the case that ${first} ${didNot}`, holds: ({ a }) => a },
      { text: `it is not the case that ${second} ${didNot}`, holds: ({ b }) => b },
    ];
    const hypotheses: Statement<Facts>[] = [
      { text: `${first} ${did}`, holds: ({ a }) => a },
      { text: `${second} ${did}`, holds: ({ b }) => b },
      { text: `${first} ${didNot}`, holds: ({ a }) => !a },
      { text: `${second} ${didNot}`, holds: ({ b }) => !b },
      { text: `it is not true that ${second} ${did}`, holds: ({ b }) => !b },
      { text: `neither ${first} nor ${second} ${did}`, holds: ({ a, b }) => !a && !b },
      { text: `${first} and ${second} both ${did}`, holds: ({ a, b }) => a && b },
    ];
    return chooseDraw(chance, { premises, hypotheses }, allFacts);
  },
};
