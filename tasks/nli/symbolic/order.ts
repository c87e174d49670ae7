// Temporal order: before and after, in either place of the sentence, chained over three events.

import type { Chance } from '../../chance.ts';
import { acts, events, names, places } from './lexicon.ts';
import { chooseDraw, sentence } from './slice.ts';
import type { Slice, Statement } from './slice.ts';

/** When each of three events took place; no two at once. */
type Moments = readonly [number, number, number];

const moments: readonly Moments[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

export const order: Slice = {
  covers: 'before and after in main and fronted clauses, for events and acts, chained over three',
  draw(chance) {
    const say = chance.coin() ? ofEvents(chance) : ofActs(chance);
    const { before, after, next, sequence } = say;
    const earlier = (i: 0 | 1 | 2, j: 0 | 1 | 2) => (world: Moments) => world[i] < world[j];
    const premises: Statement<Moments>[] = [
      { text: before(0, 1), holds: earlier(0, 1) },
      { text: after(0, 1), holds: earlier(1, 0) },
      { text: next(before(0, 1), before(1, 2)), holds: ([a, b, c]) => a < b && b < c },
      { text: next(after(0, 1), after(1, 2)), holds: ([a, b, c]) => a > b && b > c },
      { text: next(before(0, 1), after(0, 2)), holds: ([a, b, c]) => a < b && c < a },
      { text: next(after(1, 2), before(2, 0)), holds: ([a, b, c]) => b > c && c < a },
      { text: sequence(0, 1, 2), holds: ([a, b, c]) => a < b && b < c },
      { text: sequence(2, 1, 0), holds: ([a, b, c]) => c < b && b < a },
    ];
    const hypotheses: Statement<Moments>[] = [
      { text: after(0, 1), holds: earlier(1, 0) },
      { text: after(1, 0), holds: earlier(0, 1) },
      { text: before(1, 0), holds: earlier(1, 0) },
      { text: before(0, 2), holds: earlier(0, 2) },
      { text: before(2, 0), holds: earlier(2, 0) },
      { text: after(0, 2), holds: earlier(2, 0) },
      { text: after(2, 0), holds: earlier(0, 2) },
    ];
    return chooseDraw(chance, { premises, hypotheses }, moments);
  },
};

type Index = 0 | 1 | 2;

interface Wording {
  readonly before: (earlier: Index, later: Index) => string;
  readonly after: (later: Index, earlier: Index) => string;
  /** Two sentences in a row, the second without what the first has said already. */
  readonly next: (first: string, second: string) => string;
  readonly sequence: (first: Index, second: Index, third: Index) => string;
}

function ofEvents(chance: Chance): Wording {
  const event = chance.three(events).map((word) => `the ${word}`) as [string, string, string];
  const where = chance.pick(places).replace(/^./, (letter) => letter.toUpperCase());
  return {
    before: (earlier, later) => `${where}, ${event[earlier]} took place before ${event[later]}`,
    after: (later, earlier) => `${where}, ${event[later]} took place after ${event[earlier]}`,
    next: (first, second) => `${first}. ${sentence(second.replace(`${where}, `, ''))}`,
    sequence: (first, second, third) =>
      `${where}, ${event[first]} came first, then ${event[second]} and finally ${event[third]}`,
  };
}

function ofActs(chance: Chance): Wording {
  const who = chance.three(names);
  const what = chance.three(acts);
  const clause = (index: Index) => `${who[index]} ${what[index].past}`;
  const fronted = chance.coin();
  return {
    before: (earlier, later) =>
      fronted ? `Before ${clause(later)}, ${clause(earlier)}` : `${clause(earlier)} before ${clause(later)}`,
    after: (later, earlier) =>
      fronted ? `After ${clause(earlier)}, ${clause(later)}` : `${clause(later)} after ${clause(earlier)}`,
    next: (first, second) => `${first}. ${second}`,
    sequence: (first, second, third) => `First ${clause(first)}, then ${clause(second)}, and finally ${clause(third)}`,
  };
}
