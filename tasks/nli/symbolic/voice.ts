// Voice: the passive keeps who did what to whom; a swap of the two does not.

import type { Chance } from '../../chance.ts';
import { dealings, names, people, places, times } from './lexicon.ts';
import { sentence } from './slice.ts';
import type { Slice } from './slice.ts';

/** One event: agent, verb in its past form, patient. */
interface Dealing {
  readonly agent: string;
  readonly verb: string;
  readonly patient: string;
}

export const voice: Slice = {
  covers: 'active and passive, with and without the agent, roles kept or swapped, one or two events',
  draw(chance) {
    const [first, second, third] = chance.coin() ? persons(chance) : chance.three(names);
    const [verb, otherVerb] = chance.two(dealings);
    const rest = chance.coin() ? `${chance.pick(places)} ${chance.pick(times)}` : chance.pick(times);
    const event = { agent: first, verb, patient: second };
    const other = chance.coin() ? { agent: third, verb: otherVerb, patient: chance.pick([first, second]) } : null;
    const entailed = chance.coin();
    const asked = entailed ? event : { agent: second, verb, patient: first };
    const told = chance.coin() ? active(event) : passive(event);
    return {
      premise: sentence(`${told} ${rest}${other ? `, and ${active(other)}` : ''}`),
      hypothesis: sentence(`${ask(chance, asked, told)} ${rest}`),
      entailed,
    };
  },
};

/** The asked event in a wording that is not simply the premise again. */
function ask(chance: Chance, asked: Dealing, told: string): string {
  const wordings = [
    active(asked),
    passive(asked),
    `${asked.patient} was ${asked.verb}`,
    `${asked.agent} ${asked.verb} someone`,
  ];
  return chance.pick(wordings.filter((wording) => wording !== told));
}

function active({ agent, verb, patient }: Dealing): string {
  return `${agent} ${verb} ${patient}`;
}

function passive({ agent, verb, patient }: Dealing): string {
  return `${patient} was ${verb} by ${agent}`;
}

function persons(chance: Chance): [string, string, string] {
  const [first, second, third] = chance.three(people);
  return [`the ${first}`, `the ${second}`, `the ${third}`];
}
