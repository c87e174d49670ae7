// Conjunction and disjunction: of people who did one thing, and of things that one person did.

import type { Chance } from '../../chance.ts';
import { acts, names, times } from './lexicon.ts';
import { allFacts } from './propositions.ts';
import type { Facts } from './propositions.ts';
import { chooseDraw } from './slice.ts';
import type { Slice, Statement } from './slice.ts';

export const connectives: Slice = {
  covers: 'and, or, both, either ... or, and a disjunction with one side excluded',
  draw(chance) {
    const clauses = chance.coin() ? ofPeople(chance) : ofActs(chance);
    return chooseDraw(chance, clauses, allFacts);
  },
};

interface Statements {
  readonly premises: readonly Statement<Facts>[];
  readonly hypotheses: readonly Statement<Facts>[];
}

function ofPeople(chance: Chance): Statements {
  const [x, y, z] = chance.three(names);
  const act = chance.pick(acts);
  const did = `${act.past} ${chance.pick(times)}`;
  return {
    premises: [
      { text: `${x} and either ${y} or ${z} ${did}`, holds: ({ a, b, c }) => a && (b || c) },
      { text: `${x} or ${y} ${did}, and so did ${z}`, holds: ({ a, b, c }) => (a || b) && c },
      { text: `${x} or ${y} ${did}, but ${z} did not`, holds: ({ a, b, c }) => (a || b) && !c },
      { text: `${x} and ${y} ${did}, but ${z} did not`, holds: ({ a, b, c }) => a && b && !c },
      { text: `${x}, ${y} or ${z} ${did}, but ${x} did not`, holds: ({ a, b, c }) => (b || c) && !a },
      { text: `${x}, ${y} or ${z} ${did}, but ${z} and ${x} did not`, holds: ({ a, b, c }) => b && !a && !c },
      { text: `either ${x} ${did}, or both ${y} and ${z} did`, holds: ({ a, b, c }) => a || (b && c) },
      { text: `either both ${x} and ${y} ${did}, or ${z} did`, holds: ({ a, b, c }) => (a && b) || c },
    ],
    hypotheses: [
      { text: `${x} ${did}`, holds: ({ a }) => a },
      { text: `${y} ${did}`, holds: ({ b }) => b },
      { text: `${z} ${did}`, holds: ({ c }) => c },
      { text: `${x} or ${y} ${did}`, holds: ({ a, b }) => a || b },
      { text: `${y} or ${z} ${did}`, holds: ({ b, c }) => b || c },
      { text: `${z} or ${x} ${did}`, holds: ({ a, c }) => a || c },
      { text: `both ${x} and ${y} ${did}`, holds: ({ a, b }) => a && b },
      { text: `both ${z} and ${x} ${did}`, holds: ({ a, c }) => a && c },
    ],
  };
}

function ofActs(chance: Chance): Statements {
  const who = chance.pick(names);
  const when = chance.pick(times);
  const [x, y, z] = chance.three(acts);
  const did = (text: string) => `${when} ${who} ${text}`;
  return {
    premises: [
      { text: did(`${x.past}, and also ${y.past} or ${z.past}`), holds: ({ a, b, c }) => a && (b || c) },
      { text: did(`${x.past} or ${y.past}, and also ${z.past}`), holds: ({ a, b, c }) => (a || b) && c },
      { text: did(`${x.past} or ${y.past}, but did not ${z.base}`), holds: ({ a, b, c }) => (a || b) && !c },
      { text: did(`${x.past} and ${y.past}, but did not ${z.base}`), holds: ({ a, b, c }) => a && b && !c },
      { text: did(`${x.past}, ${y.past} or ${z.past}, but did not ${x.base}`), holds: ({ a, b, c }) => (b || c) && !a },
    ],
    hypotheses: [
      { text: did(x.past), holds: ({ a }) => a },
      { text: did(y.past), holds: ({ b }) => b },
      { text: did(z.past), holds: ({ c }) => c },
      { text: did(`${x.past} or ${y.past}`), holds: ({ a, b }) => a || b },
      { text: did(`${y.past} or ${z.past}`), holds: ({ b, c }) => b || c },
      { text: did(`${x.past} and ${y.past}`), holds: ({ a, b }) => a && b },
      { text: did(`${y.past} and ${z.past}`), holds: ({ b, c }) => b && c },
    ],
  };
}
