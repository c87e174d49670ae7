// Conditionals: from a rule and a fact to another fact, and from rules to a rule.

import type { Chance } from '../../chance.ts';
import { acts, names } from './lexicon.ts';
import { allFacts } from './propositions.ts';
import type { Facts } from './propositions.ts';
import { chooseDraw, sentence } from './slice.ts';
import type { Draw, Slice, Statement } from './slice.ts';

export const conditionals: Slice = {
  covers: 'if, only if and unless with a fact; chained, converse and contraposed conditionals',
  draw(chance) {
    const [x, y, z] = chance.three(names);
    const [first, second, third] = chance.three(acts);
    const clauses: Clauses = {
      a: [`${x} ${first.past}`, `${x} did not ${first.base}`],
      b: [`${y} ${second.past}`, `${y} did not ${second.base}`],
      c: [`${z} ${third.past}`, `${z} did not ${third.base}`],
    };
    return chance.next() < 0.7 ? withFact(chance, clauses) : withRules(chance, clauses);
  },
};

/** Each fact as it is said when it holds and when it does not. No times: they would stand on one side of a rule only. */
interface Clauses {
  readonly a: readonly [string, string];
  readonly b: readonly [string, string];
  readonly c: readonly [string, string];
}

function withFact(chance: Chance, { a, b }: Clauses): Draw {
  const ifAThenB: readonly string[] = [`If ${a[0]}, then ${b[0]}`, `${b[0]} if ${a[0]}`, `${a[0]} only if ${b[0]}`];
  const ifBThenA: readonly string[] = [`If ${b[0]}, then ${a[0]}`, `${a[0]} if ${b[0]}`, `${b[0]} only if ${a[0]}`];
  const rules: readonly Statement<Facts>[] = [
    { text: chance.pick(ifAThenB), holds: (facts) => !facts.a || facts.b },
    { text: chance.pick(ifBThenA), holds: (facts) => !facts.b || facts.a },
    { text: `Unless ${a[0]}, ${b[0]}`, holds: (facts) => facts.a || facts.b },
    { text: `If ${a[0]}, then ${b[1]}`, holds: (facts) => !facts.a || !facts.b },
  ];
  const facts: readonly Statement<Facts>[] = [
    { text: sentence(a[0]), holds: (world) => world.a },
    { text: sentence(a[1]), holds: (world) => !world.a },
  ];
  const premises = rules.flatMap((rule) =>
    facts.map((fact) => ({
      text: `${rule.text}. ${fact.text}`,
      holds: (world: Facts) => rule.holds(world) && fact.holds(world),
    })),
  );
  const hypotheses = [
    { text: b[0], holds: (world: Facts) => world.b },
    { text: b[1], holds: (world: Facts) => !world.b },
  ];
  return chooseDraw(chance, { premises, hypotheses }, allFacts);
}

function withRules(chance: Chance, { a, b, c }: Clauses): Draw {
  const rule = (from: string, to: string) => `if ${from}, then ${to}`;
  const chain = (...links: readonly string[]) => links.map((link) => sentence(link)).join(' ');
  const premises: Statement<Facts>[] = [
    { text: rule(a[0], b[0]), holds: (facts) => !facts.a || facts.b },
    { text: rule(b[0], a[0]), holds: (facts) => !facts.b || facts.a },
    {
      text: chain(rule(a[0], b[0]), rule(b[0], c[0])),
      holds: (facts) => (!facts.a || facts.b) && (!facts.b || facts.c),
    },
    {
      text: chain(rule(c[0], b[0]), rule(b[0], a[0])),
      holds: (facts) => (!facts.c || facts.b) && (!facts.b || facts.a),
    },
  ];
  const hypotheses: Statement<Facts>[] = [
    { text: rule(a[0], c[0]), holds: (facts) => !facts.a || facts.c },
    { text: rule(c[0], a[0]), holds: (facts) => !facts.c || facts.a },
    { text: rule(b[1], a[1]), holds: (facts) => facts.b || !facts.a },
    { text: rule(a[1], b[1]), holds: (facts) => facts.a || !facts.b },
    { text: rule(c[1], b[1]), holds: (facts) => facts.c || !facts.b },
    { text: rule(c[1], a[1]), holds: (facts) => facts.c || !facts.a },
  ];
  return chooseDraw(chance, { premises, hypotheses }, allFacts);
}
