// Quantifiers: all, some, no, most and their negations over one group; conversion of restrictor and scope; order of two quantifiers.

import type { Chance } from '../../chance.ts';
import { acts, dealings, people, places, times } from './lexicon.ts';
import { chooseDraw, withArticle } from './slice.ts';
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

/** How many are only of the first kind, only of the second, and both. */
interface Overlap {
  readonly first: number;
  readonly second: number;
  readonly both: number;
}

const overlaps: readonly Overlap[] = [0, 1, 2].flatMap((first) =>
  [0, 1, 2].flatMap((second) => [0, 1, 2].map((both) => ({ first, second, both }))),
);

/** One view takes it that there are some of each kind, the other leaves it open. */
const inhabited = overlaps.filter(({ first, second, both }) => first + both > 0 && second + both > 0);

/** `Some P are Q` and `no P are Q` may be turned round; `every` and `not every` may not. */
function converted(chance: Chance): Draw {
  const [first, second] = chance.two(people);
  const where = chance.pick(places);
  const statements = [
    ...overlapsOf(first, second, where, ({ first: only }) => only),
    ...overlapsOf(second, first, where, ({ second: only }) => only),
  ];
  return chooseDraw(chance, { premises: statements, hypotheses: statements }, overlaps, inhabited);
}

function overlapsOf(
  subject: string,
  predicate: string,
  where: string,
  apart: (overlap: Overlap) => number,
): readonly Statement<Overlap>[] {
  const all = (overlap: Overlap) => apart(overlap) === 0;
  const some = ({ both }: Overlap) => both > 0;
  const none = ({ both }: Overlap) => both === 0;
  return [
    { text: `every ${subject} ${where} is also ${withArticle(predicate)}`, holds: all },
    { text: `all ${subject}s ${where} are also ${predicate}s`, holds: all },
    { text: `at least one ${subject} ${where} is also ${withArticle(predicate)}`, holds: some },
    { text: `some ${subject}s ${where} are also ${predicate}s`, holds: some },
    { text: `no ${subject} ${where} is also ${withArticle(predicate)}`, holds: none },
    { text: `no ${subject}s ${where} are also ${predicate}s`, holds: none },
    { text: `not every ${subject} ${where} is also ${withArticle(predicate)}`, holds: (overlap) => !all(overlap) },
    { text: `some ${subject}s ${where} are not ${predicate}s`, holds: (overlap) => !all(overlap) },
  ];
}

/** Who dealt with whom: two agents (a, b), two patients (1, 2). */
interface Dealings {
  readonly a1: boolean;
  readonly a2: boolean;
  readonly b1: boolean;
  readonly b2: boolean;
}

const allDealings: readonly Dealings[] = Array.from({ length: 16 }, (_, bits) => ({
  a1: (bits & 1) > 0,
  a2: (bits & 2) > 0,
  b1: (bits & 4) > 0,
  b2: (bits & 8) > 0,
}));

/** One for everybody entails somebody for each, and not the other way round. */
function ordered(chance: Chance): Draw {
  const [agent, patient] = chance.two(people);
  const verb = chance.pick(dealings);
  const when = chance.pick(times);
  const oneForAllAgents = ({ a1, a2, b1, b2 }: Dealings) => (a1 && b1) || (a2 && b2);
  const oneForEachAgent = ({ a1, a2, b1, b2 }: Dealings) => (a1 || a2) && (b1 || b2);
  const oneForAllPatients = ({ a1, a2, b1, b2 }: Dealings) => (a1 && a2) || (b1 && b2);
  const oneForEachPatient = ({ a1, a2, b1, b2 }: Dealings) => (a1 || b1) && (a2 || b2);
  const statements: Statement<Dealings>[] = [
    { text: `there was one ${patient} whom every ${agent} ${verb} ${when}`, holds: oneForAllAgents },
    { text: `one and the same ${patient} was ${verb} by every ${agent} ${when}`, holds: oneForAllAgents },
    { text: `every ${agent} ${verb} at least one ${patient} ${when}`, holds: oneForEachAgent },
    { text: `each ${agent} ${verb} some ${patient} or other ${when}`, holds: oneForEachAgent },
    { text: `there was one ${agent} who ${verb} every ${patient} ${when}`, holds: oneForAllPatients },
    { text: `one and the same ${agent} ${verb} every ${patient} ${when}`, holds: oneForAllPatients },
    { text: `every ${patient} was ${verb} by at least one ${agent} ${when}`, holds: oneForEachPatient },
  ];
  return chooseDraw(chance, { premises: statements, hypotheses: statements }, allDealings);
}
