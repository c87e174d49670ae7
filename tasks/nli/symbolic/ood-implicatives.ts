// Out of distribution: verbs that say, by themselves or under negation, whether the act took place.

import { chores, names, settings } from './ood-lexicon.ts';
import { chooseDraw } from './slice.ts';
import type { Slice, Statement } from './slice.ts';

const outcomes: readonly boolean[] = [true, false];

export const oodImplicatives: Slice = {
  covers:
    'managed, remembered, failed, forgot, refused and their negations; hoped, promised and tried, which leave it open',
  draw(chance) {
    const who = chance.pick(names);
    const { base, past } = chance.pick(chores);
    const when = chance.pick(settings);
    const did = (done: boolean) => done;
    const didNot = (done: boolean) => !done;
    const open = () => true;
    const say = (verb: string, holds: (done: boolean) => boolean): Statement<boolean> => ({
      text: `${who} ${verb} to ${base} ${when}`,
      holds,
    });
    const premises = [
      say('managed', did),
      say('remembered', did),
      say('did not forget', did),
      say('did not fail', did),
      say('failed', didNot),
      say('forgot', didNot),
      say('refused', didNot),
      say('did not manage', didNot),
      say('did not remember', didNot),
      say(chance.pick(['hoped', 'promised']), open),
      say(chance.pick(['wanted', 'planned']), open),
    ];
    const hypotheses = [
      { text: `${who} ${past} ${when}`, holds: did },
      { text: `${who} did not ${base} ${when}`, holds: didNot },
    ];
    return chooseDraw(chance, { premises, hypotheses }, outcomes);
  },
};
