// Quantifiers: all, some, no, most and their negations over one group; conversion of restrictor and scope; order of two quantifiers.

import type { Chance } from '../../chance.ts';
import { acts, dealings, people, places, times } from './lexicon.ts';
import { chooseDraw, sentence, withArticle } from './slice.ts';
import type { Draw, Slice, Statement } from './slice.ts';

/** A group of `size` people, `done` of whom did it. A definite plural speaks of at least two. */
interface Group {
  readonly size: number;
  readonly done: number;
}

export const quantifiers: Slice = {
  covers: 'all, some, none, most over one group; converted restrictor and scope; order of two quantifiers',
  draw(chance) {
    const kind = chance.next();
    if (kind < 0.6) return overOneGroup(chance);
    return kind < 0.8 ? converted(chance) : ordered(chance);
  },
};

const groups: readonly Group[] = [2, 3, 4, 5, 6].flatMap((size) =>
  Array.from({ length: size + 1 }, (_, done) => ({ size, done })),
);

function overOneGroup(chance: Chance): Draw {
  const group = `${chance.pick(people)}s ${chance.pick(places)}`;
  const act = chance.pick(acts);
  const did = act.past;
  const didNot = `did not ${act.base}`;
  const statements: Statement<Group>[] = [
    { text: `all of the ${group} ${did}`, holds: ({ size, done }) => done === size },
    { text: `every one of the ${group} ${did}`, holds: ({ size, done }) => done === size },
    { text: `some of the ${group} ${did}`, holds: ({ done }) => done > 0 },
    { text: `at least one of the ${group} ${did}`, holds: ({ done }) => done > 0 },
    { text: `none of the ${group} ${did}`, holds: ({ done }) => done === 0 },
    { text: `most of the ${group} ${did}`, holds: ({ size, done }) => 2 * done > size },
    { text: `not all of the ${group} ${did}`, holds: ({ size, done }) => done < size },
    { text: `some of the ${group} ${didNot}`, holds: ({ size, done }) => done < size },
    { text: `at least one of the ${group} ${didNot}`, holds: ({ size, done }) => done < size },
    { text: `most of the ${group} ${didNot}`, holds: ({ size, done }) => 2 * done < size },
  ];
  return chooseDraw(chance, { premises: statements, hypotheses: statements }, groups);
}

/** `Some P are Q` and `No P are Q` may be turned round; `all` and `some ... not` may not. */
function converted(chance: Chance): Draw {
  const [first, second] = chance.two(people);
  const where = chance.pick(places);
  const entailed = chance.coin();
  const form = chance.pick(entailed ? symmetric : oneWay);
  return {
    premise: sentence(form(first, second, where)),
    hypothesis: sentence(form(second, first, where)),
    entailed,
  };
}

type Conversion = (subject: string, predicate: string, where: string) => string;

const symmetric: readonly Conversion[] = [
  (subject, predicate, where) => `at least one ${subject} ${where} is also ${withArticle(predicate)}`,
  (subject, predicate, where) => `some ${subject}s ${where} are also ${predicate}s`,
  (subject, predicate, where) => `no ${subject} ${where} is also ${withArticle(predicate)}`,
  (subject, predicate, where) => `none of the ${subject}s ${where} are also ${predicate}s`,
];

const oneWay: readonly Conversion[] = [
  (subject, predicate, where) => `every ${subject} ${where} is also ${withArticle(predicate)}`,
  (subject, predicate, where) => `all of the ${subject}s ${where} are also ${predicate}s`,
  (subject, predicate, where) => `not every ${subject} ${where} is also ${withArticle(predicate)}`,
  (subject, predicate, where) => `some of the ${subject}s ${where} are not ${predicate}s`,
];

/** One person for everybody entails somebody for each, and not the other way round. */
function ordered(chance: Chance): Draw {
  const [agent, patient] = chance.two(people);
  const verb = chance.pick(dealings);
  const when = chance.pick(times);
  const one = [
    `there was one ${patient} whom every ${agent} ${verb} ${when}`,
    `one and the same ${patient} was ${verb} by every ${agent} ${when}`,
  ];
  const each = [
    `every ${agent} ${verb} at least one ${patient} ${when}`,
    `each ${agent} ${verb} some ${patient} or other ${when}`,
  ];
  const entailed = chance.coin();
  const [premises, hypotheses] = entailed ? [one, each] : [each, one];
  return { premise: sentence(chance.pick(premises)), hypothesis: sentence(chance.pick(hypotheses)), entailed };
}
