// Out of distribution: only, except, apart from and alone, over three named people.

import { mishaps, names, settings } from './ood-lexicon.ts';
import { allFacts } from './propositions.ts';
import type { Facts } from './propositions.ts';
import { chooseDraw } from './slice.ts';
import type { Slice, Statement } from './slice.ts';

export const oodExclusives: Slice = {
  covers: 'only, nobody but, everyone except and apart from, over three people',
  draw(chance) {
    const [x, y, z] = chance.three(names);
    const { base, past } = chance.pick(mishaps);
    const when = chance.pick(settings);
    const trio = `among ${x}, ${y} and ${z}`;
    const onlyFirst = ({ a, b, c }: Facts) => a && !b && !c;
    const allButFirst = ({ a, b, c }: Facts) => !a && b && c;
    const onlySecond = ({ a, b, c }: Facts) => !a && b && !c;
    const allButSecond = ({ a, b, c }: Facts) => a && !b && c;
    const premises: Statement<Facts>[] = [
      { text: `${trio}, only ${x} ${past} ${when}`, holds: onlyFirst },
      { text: `${trio}, nobody but ${y} ${past} ${when}`, holds: onlySecond },
      { text: `${trio}, everyone except ${x} ${past} ${when}`, holds: allButFirst },
      { text: `${trio}, everyone ${past} ${when} apart from ${y}`, holds: allButSecond },
    ];
    const hypotheses: Statement<Facts>[] = [
      { text: `${x} ${past} ${when}`, holds: ({ a }) => a },
      { text: `${y} ${past} ${when}`, holds: ({ b }) => b },
      { text: `${z} ${past} ${when}`, holds: ({ c }) => c },
      { text: `${x} did not ${base} ${when}`, holds: ({ a }) => !a },
      { text: `${y} did not ${base} ${when}`, holds: ({ b }) => !b },
      { text: `${z} did not ${base} ${when}`, holds: ({ c }) => !c },
    ];
    return chooseDraw(chance, { premises, hypotheses }, allFacts);
  },
};
