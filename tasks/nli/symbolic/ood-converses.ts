// Out of distribution: one transfer or relation told from both sides by different words.

import { goods, names, settings, workers } from './ood-lexicon.ts';
import { sentence, withArticle } from './slice.ts';
import type { Slice } from './slice.ts';

/** How a transfer of a thing from one to another is said from the giver's and from the taker's side. */
interface Transfer {
  readonly giver: (from: string, to: string, thing: string) => string;
  readonly taker: (to: string, from: string, thing: string) => string;
}

const transfers: readonly Transfer[] = [
  {
    giver: (from, to, thing) => `${from} sold ${to} ${thing}`,
    taker: (to, from, thing) => `${to} bought ${thing} from ${from}`,
  },
  {
    giver: (from, to, thing) => `${from} lent ${thing} to ${to}`,
    taker: (to, from, thing) => `${to} borrowed ${thing} from ${from}`,
  },
  {
    giver: (from, to, thing) => `${from} gave ${to} ${thing}`,
    taker: (to, from, thing) => `${to} received ${thing} from ${from}`,
  },
];

/** Standing relations: true at no particular time. */
const relations: readonly Transfer[] = [
  {
    giver: (from, to) => `${from} is the landlord of ${to}`,
    taker: (to, from) => `${to} is the tenant of ${from}`,
  },
  {
    giver: (from, to) => `${from} is the employer of ${to}`,
    taker: (to, from) => `${to} is the employee of ${from}`,
  },
  {
    giver: (from, to) => `${from} is the grandparent of ${to}`,
    taker: (to, from) => `${to} is the grandchild of ${from}`,
  },
];

export const oodConverses: Slice = {
  covers: 'sell and buy, lend and borrow, give and receive, landlord and tenant and the like, kept or swapped',
  draw(chance) {
    const [first, second] = chance.coin() ? chance.two(names) : definite(chance.two(workers));
    const thing = withArticle(chance.pick(goods));
    const standing = chance.next() < 0.3;
    const { giver, taker } = chance.pick(standing ? relations : transfers);
    const when = standing ? '' : ` ${chance.pick(settings)}`;
    const entailed = chance.coin();
    const [from, to] = entailed ? [first, second] : [second, first];
    const [told, asked] = chance.coin()
      ? [giver(first, second, thing), taker(to, from, thing)]
      : [taker(second, first, thing), giver(from, to, thing)];
    return { premise: sentence(`${told}${when}`), hypothesis: sentence(`${asked}${when}`), entailed };
  },
};

function definite([first, second]: [string, string]): [string, string] {
  return [`the ${first}`, `the ${second}`];
}
