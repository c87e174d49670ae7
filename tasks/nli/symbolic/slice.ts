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
  holds(world: World): boolean;
}

/**
 * A premise and a hypothesis whose label is a fair coin for every hypothesis that can be had with both labels, so
 * that the hypothesis alone says nothing. The premise entails the hypothesis when it is true in no world without it.
 * @param worlds - every state of affairs that the statements can tell apart
 */
export function chooseDraw<World>(
  chance: Chance,
  statements: { readonly premises: readonly Statement<World>[]; readonly hypotheses: readonly Statement<World>[] },
  worlds: readonly World[],
): Draw {
  const offers = statements.hypotheses.flatMap((hypothesis) => {
    const others = statements.premises.filter((premise) => premise.text !== hypothesis.text);
    const entailing = others.filter((premise) => entails(premise, hypothesis, worlds));
    const rest = others.filter((premise) => !entailing.includes(premise));
    return entailing.length > 0 && rest.length > 0 ? [{ hypothesis, entailing, rest }] : [];
  });
  const { hypothesis, entailing, rest } = chance.pick(offers);
  const entailed = chance.coin();
  const premise = chance.pick(entailed ? entailing : rest);
  return { premise: sentence(premise.text), hypothesis: sentence(hypothesis.text), entailed };
}

/** `text` with a capital first letter and a full stop, where it has none. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith('.') ? '' : '.');
}

/** `a` or `an` before the noun. */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

function entails<World>(premise: Statement<World>, hypothesis: Statement<World>, worlds: readonly World[]): boolean {
  return worlds.every((world) => !premise.holds(world) || hypothesis.holds(world));
}
