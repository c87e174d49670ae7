// What a slice of the symbolic generator is, and the choice of a premise and a hypothesis with an even label.

import type { Chance } from '../../chance.ts';

export interface Draw {
  readonly premise: string;
  readonly hypothesis: string;
  readonly entailed: boolean;
}

export interface Slice {
  /** What the slice covers, in one line. */
  readonly covers: string;
  draw(chance: Chance): Draw;
}

/** A sentence and the worlds in which it is true. */
export interface Statement<World> {
  readonly text: string;
  readonly holds: (world: World) => boolean;
}

/**
 * A premise and a hypothesis whose label is a fair coin given the hypothesis, and nearly so given the premise, so that
 * neither alone says much. The premise entails the hypothesis when it is true in no world without it.
 * @param views - sets of all states of affairs, one for each view of what goes without saying (does a group that is
 * spoken of exist?); a pair on which the views differ is never drawn
 */
export function chooseDraw<World>(
  chance: Chance,
  statements: { readonly premises: readonly Statement<World>[]; readonly hypotheses: readonly Statement<World>[] },
  ...views: readonly (readonly World[])[]
): Draw {
  const premises = statements.premises.map((statement) => ({ ...statement, truth: truthOf(statement, views) }));
  const hypotheses = statements.hypotheses.map((statement) => ({ ...statement, truth: truthOf(statement, views) }));
  const offers = hypotheses.flatMap((hypothesis, column) => {
    const pairs = premises.flatMap((premise, row): Offer[] => {
      if (premise.text === hypothesis.text) return [];
      const [entailed, ...others] = views.map((_, view) => entails(premise.truth, hypothesis.truth, view));
      if (entailed === undefined || others.some((other) => other !== entailed)) return [];
      return [{ premise: premise.text, hypothesis: hypothesis.text, row, column, entailed, weight: 1 }];
    });
    return new Set(pairs.map(({ entailed }) => entailed)).size === 2 ? pairs : [];
  });
  balance(offers);
  const { premise, hypothesis, entailed } = weighted(chance, offers);
  return { premise: sentence(premise), hypothesis: sentence(hypothesis), entailed };
}

interface Offer {
  readonly premise: string;
  readonly hypothesis: string;
  readonly row: number;
  readonly column: number;
  readonly entailed: boolean;
  weight: number;
}

/** Scales premises and hypotheses in turn towards equal weight of both labels; hypotheses last, so that they are exact. */
function balance(offers: readonly Offer[]): void {
  for (let pass = 0; pass < 6; pass++) {
    scale(offers, ({ row }) => row, 'where both labels are');
    scale(offers, ({ column }) => column, 'to one');
  }
}

function scale(offers: readonly Offer[], key: (offer: Offer) => number, to: 'where both labels are' | 'to one'): void {
  const [no, yes]: [number[], number[]] = [[], []];
  for (const offer of offers) {
    const sums = offer.entailed ? yes : no;
    sums[key(offer)] = (sums[key(offer)] ?? 0) + offer.weight;
  }
  for (const offer of offers) {
    const [without = 0, within = 0] = [no[key(offer)], yes[key(offer)]];
    if (without === 0 || within === 0) continue;
    const half = to === 'to one' ? 1 : (without + within) / 2;
    offer.weight *= half / (offer.entailed ? within : without);
  }
}

function weighted(chance: Chance, offers: readonly Offer[]): Offer {
  const total = offers.reduce((sum, { weight }) => sum + weight, 0);
  let left = chance.next() * total;
  const found = offers.find(({ weight }) => (left -= weight) < 0) ?? offers.at(-1);
  if (!found) throw new RangeError('no hypothesis of this slice can be had with both labels');
  return found;
}

/** `text` with a capital first letter and a full stop, where it has none. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith('.') ? '' : '.');
}

/** `a` or `an` before the noun. */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** For each view the worlds in which the statement is true, as bits: world i is bit i, at most 31 worlds a view. */
function truthOf<World>({ holds }: Statement<World>, views: readonly (readonly World[])[]): readonly number[] {
  return views.map((worlds) => {
    if (worlds.length > 31) throw new RangeError(`${worlds.length} worlds; 31 fit into one number`);
    return worlds.reduce((bits, world, index) => (holds(world) ? bits | (1 << index) : bits), 0);
  });
}

function entails(premise: readonly number[], hypothesis: readonly number[], view: number): boolean {
  return ((premise[view] ?? 0) & ~(hypothesis[view] ?? 0)) === 0;
}
