// Out of distribution: who did what inside and outside of relative clauses and clefts.

import { mishaps, regards, settings, workers } from './ood-lexicon.ts';
import { sentence } from './slice.ts';
import type { Slice } from './slice.ts';

export const oodRelatives: Slice = {
  covers: 'subject and object relative clauses and clefts: the actor of the clause and of the sentence told apart',
  draw(chance) {
    const [head, other] = chance.two(workers);
    const verb = chance.pick(regards);
    const { past } = chance.pick(mishaps);
    const when = chance.pick(settings);
    const subjectRelative = chance.coin();
    const [agent, patient] = subjectRelative ? [head, other] : [other, head];
    const clause = subjectRelative ? `who ${verb} the ${other}` : `whom the ${other} ${verb}`;
    const entailed = chance.coin();
    const asked = chance.coin()
      ? `the ${entailed ? head : other} ${past} ${when}`
      : `the ${entailed ? agent : patient} ${verb} the ${entailed ? patient : agent}`;
    const premise = chance.coin()
      ? `the ${head} ${clause} ${past} ${when}`
      : `it was the ${head} ${clause} that ${past} ${when}`;
    return { premise: sentence(premise), hypothesis: sentence(asked), entailed };
  },
};
