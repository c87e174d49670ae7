// Monotonicity: a word in an upward place may be widened, a word in a downward place narrowed, and not the other way round.

import type { Chance } from '../../chance.ts';
import { encounters, narrower, places, professions, things, times, traits } from './lexicon.ts';
import type { Kind } from './lexicon.ts';
import { sentence, withArticle } from './slice.ts';
import type { Draw, Slice } from './slice.ts';

type Direction = 'up' | 'down';

/** How a quantifier is said, and which way entailment runs in its restrictor and in its scope. */
interface Quantifier {
  readonly word: string;
  readonly grammar: 'singular' | 'plural';
  readonly restrictor: Direction;
  readonly scope: Direction;
}

const quantifiers: readonly Quantifier[] = [
  { word: 'every', grammar: 'singular', restrictor: 'down', scope: 'up' },
  { word: 'all', grammar: 'plural', restrictor: 'down', scope: 'up' },
  { word: 'at least one', grammar: 'singular', restrictor: 'up', scope: 'up' },
  { word: 'at least three', grammar: 'plural', restrictor: 'up', scope: 'up' },
  { word: 'some', grammar: 'plural', restrictor: 'up', scope: 'up' },
  { word: 'no', grammar: 'singular', restrictor: 'down', scope: 'down' },
  { word: 'fewer than three', grammar: 'plural', restrictor: 'down', scope: 'down' },
  { word: 'not every', grammar: 'singular', restrictor: 'up', scope: 'down' },
  { word: 'not all', grammar: 'plural', restrictor: 'up', scope: 'down' },
];

/** The wording of one sentence; the other sentence of the pair differs in one place. */
interface Wording {
  readonly kind: Kind;
  readonly trait: string;
  readonly place: string;
  readonly object: string;
}

export const monotonicity: Slice = {
  covers: 'hypernyms, adjectives and places added or removed in upward and downward contexts of seven quantifiers',
  draw(chance) {
    const quantifier = chance.pick(quantifiers);
    const inRestrictor = chance.next() < 0.65;
    const [narrow, wide] = inRestrictor ? restrictorPair(chance) : objectPair(chance);
    const verb = chance.pick(encounters);
    const when = chance.pick(times);
    const say = (wording: Wording) => sentence(wordingText(wording, quantifier, `${verb} ${wording.object} ${when}`));
    const upward = chance.coin();
    const [premise, hypothesis] = upward ? [narrow, wide] : [wide, narrow];
    const runs = inRestrictor ? quantifier.restrictor : quantifier.scope;
    return draw(say(premise), say(hypothesis), (runs === 'up') === upward);
  },
};

function draw(premise: string, hypothesis: string, entailed: boolean): Draw {
  return { premise, hypothesis, entailed };
}

/** A narrow and a wide wording of the same restrictor: by noun, by adjective, or by place. */
function restrictorPair(chance: Chance): [Wording, Wording] {
  const object = withArticle(chance.pick(things).word);
  const wideKind = chance.pick(professions.filter((kind) => narrower(professions, kind.word).length > 0));
  const narrowKind = chance.pick(narrower(professions, wideKind.word));
  const place = chance.coin() ? chance.pick(places) : '';
  const base: Wording = { kind: chance.coin() ? wideKind : narrowKind, trait: '', place: '', object };
  const change = chance.next();
  if (change < 0.5)
    return [
      { ...base, place, kind: narrowKind },
      { ...base, place, kind: wideKind },
    ];
  if (change < 0.75)
    return [
      { ...base, place, trait: chance.pick(traits) },
      { ...base, place },
    ];
  return [{ ...base, place: chance.pick(places) }, base];
}

function objectPair(chance: Chance): [Wording, Wording] {
  const wide = chance.pick(things.filter((kind) => narrower(things, kind.word).length > 0));
  const narrow = chance.pick(narrower(things, wide.word));
  const base = { kind: chance.pick(professions), trait: '', place: chance.coin() ? chance.pick(places) : '' };
  return [
    { ...base, object: withArticle(narrow.word) },
    { ...base, object: withArticle(wide.word) },
  ];
}

function wordingText({ kind, trait, place }: Wording, { word, grammar }: Quantifier, predicate: string): string {
  const noun = grammar === 'plural' ? kind.plural : kind.word;
  return [word, trait, noun, place, predicate].filter((part) => part !== '').join(' ');
}
