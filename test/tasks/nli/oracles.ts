// Reads the English of each slice back and decides entailment by going through small worlds, without the generator's own rules.

import { acts, professions, things, wider } from '../../../tasks/nli/symbolic/lexicon.ts';
import type { Kind, Verb } from '../../../tasks/nli/symbolic/lexicon.ts';
import { chores, kinds, mishaps } from '../../../tasks/nli/symbolic/ood-lexicon.ts';

type World = Readonly<Record<string, number>>;
type Reading = (world: World) => boolean;
type Oracle = (premise: string, hypothesis: string) => boolean;

/** Turns the parts of a matched sentence into a reading; atoms are named by text. */
type Rule = readonly [pattern: RegExp, read: (...parts: string[]) => Reading];

/** Values that the atoms of a world may take. */
interface Domain {
  readonly values: readonly number[];
  readonly distinct?: boolean;
  readonly allows?: (world: World) => boolean;
}

function oracle(rules: readonly Rule[], domain: Domain): Oracle {
  return (premise, hypothesis) => {
    const [first, second] = [readSentence(rules, premise), readSentence(rules, hypothesis)];
    const atoms = new Set<string>();
    const probe = new Proxy({}, { get: (_, key) => (atoms.add(String(key)), 0) }) as World;
    for (const reading of [first, second]) touchAll(reading, probe, domain.values, atoms);
    const worlds = [...worldsOf([...atoms], domain)].filter(domain.allows ?? (() => true));
    const possible = worlds.filter(first);
    if (possible.length === 0) throw new Error(`no world for "${premise}"`);
    return possible.every(second);
  };
}

/** Conditions stop early, so atoms are collected over all worlds of those known until no new one shows. */
function touchAll(reading: Reading, probe: World, values: readonly number[], atoms: Set<string>): void {
  reading(probe);
  for (let known = -1; known < atoms.size;) {
    known = atoms.size;
    for (const world of worldsOf([...atoms], { values: values.slice(0, 3) })) {
      reading(new Proxy(world, { get: (target, key) => (atoms.add(String(key)), target[String(key)] ?? 0) }));
    }
  }
}

function readSentence(rules: readonly Rule[], sentence: string): Reading {
  const text = sentence.replace(/\.$/, '');
  for (const [pattern, read] of rules) {
    const match = pattern.exec(text);
    if (match) return read(...match.slice(1).map((part: string | undefined) => part ?? ''));
  }
  throw new Error(`cannot read "${sentence}"`);
}

function* worldsOf(atoms: readonly string[], { values, distinct = false }: Domain): Generator<World> {
  const [atom, ...rest] = atoms;
  if (atom === undefined) {
    yield {};
    return;
  }
  for (const world of worldsOf(rest, { values, distinct })) {
    for (const value of values) {
      if (!distinct || !Object.values(world).includes(value)) yield { ...world, [atom]: value };
    }
  }
}

const both =
  (...readings: readonly Reading[]): Reading =>
  (world) =>
    readings.every((reading) => reading(world));
const either =
  (...readings: readonly Reading[]): Reading =>
  (world) =>
    readings.some((reading) => reading(world));
const not =
  (reading: Reading): Reading =>
  (world) =>
    !reading(world);
const truths: Domain = { values: [0, 1] };
const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** A fact: who did what when; `did not wave` is the negated `waved`. */
function fact(who: string, deed: string, verbs: readonly Verb[] = acts): Reading {
  const bare = /^did not (.*)$/.exec(deed)?.[1];
  if (bare === undefined) return (world) => world[`${who}|${deed}`] === 1;
  const verb = verbs.find(({ base }) => bare === base || bare.startsWith(`${base} `));
  if (!verb) throw new Error(`no verb in "${deed}"`);
  const done = `${who}|${verb.past}${bare.slice(verb.base.length)}`;
  return (world) => world[done] !== 1;
}

function clause(text: string, verbs: readonly Verb[] = acts): Reading {
  const [, who = '', deed = ''] = /^(\S+) (.*)$/.exec(text) ?? [];
  return fact(who, deed, verbs);
}

const negation = oracle(
  [
    [/^Unlike (\w+), (\w+) (.*)$/, (x, y, did) => both(fact(y, did), not(fact(x, did)))],
    [/^(\w+) (.*), but (\w+) did not$/, (x, did, y) => both(fact(x, did), not(fact(y, did)))],
    [/^(\w+) (.*), and so did (\w+)$/, (x, did, y) => both(fact(x, did), fact(y, did))],
    [/^(\w+) (did not .*), and neither did (\w+)$/, (x, did, y) => both(fact(x, did), fact(y, did))],
    [/^Neither (\w+) nor (\w+) (.*)$/, (x, y, did) => both(not(fact(x, did)), not(fact(y, did)))],
    [
      /^(\w+) and (\w+) did not both (.*)$/,
      (x, y, did) => either(fact(x, `did not ${did}`), fact(y, `did not ${did}`)),
    ],
    [/^(\w+) and (\w+) both (.*)$/, (x, y, did) => both(fact(x, did), fact(y, did))],
    [/^It is not (?:true|the case) that (.*)$/, (text) => not(clause(text))],
    [/^(.*)$/, (text) => clause(text)],
  ],
  truths,
);

/** Lists of people, or of deeds of one person, joined by and and or. */
const connectives: Oracle = (premise, hypothesis) => {
  const when = /^((?:On \w+|Yesterday|Last \w+)) (\w+) (.*?)\.?$/;
  const spread = (text: string) => {
    const match = when.exec(text);
    return match ? `${match[2]}@${match[3]}` : text.replace(/\.$/, '');
  };
  return joined(spread(premise), spread(hypothesis));
};

const deeds = (who: string, text: string): Reading => {
  const parts = text.split(/, and also |, but | and | or |, /);
  const [first, second, third, fourth] = parts.map((part) => fact(who, part)) as [Reading, Reading, Reading, Reading];
  if (/^[^,]*, and also .* or /.test(text)) return both(first, either(second, third));
  if (/^[^,]* or [^,]*, and also /.test(text)) return both(either(first, second), third);
  if (/^[^,]*, [^,]* or [^,]*, but /.test(text)) return both(either(first, second, third), fourth);
  if (/^[^,]* or [^,]*, but /.test(text)) return both(either(first, second), third);
  if (/^[^,]* and [^,]*, but /.test(text)) return both(first, second, third);
  if (text.includes(',')) throw new Error(`cannot read "${text}"`);
  if (parts.length === 1) return first;
  return / or /.test(text) ? either(first, second) : both(first, second);
};

const joined = oracle(
  [
    [/^(\w+)@(.*)$/, (who, text) => deeds(who, text)],
    [
      /^Either (\w+) (.*), or both (\w+) and (\w+) did$/,
      (x, did, y, z) => either(fact(x, did), both(fact(y, did), fact(z, did))),
    ],
    [
      /^Either both (\w+) and (\w+) (.*), or (\w+) did$/,
      (x, y, did, z) => either(both(fact(x, did), fact(y, did)), fact(z, did)),
    ],
    [
      /^(\w+) and either (\w+) or (\w+) (.*)$/,
      (x, y, z, did) => both(fact(x, did), either(fact(y, did), fact(z, did))),
    ],
    [
      /^(\w+), (\w+) or (\w+) (.*), but (\w+) and (\w+) did not$/,
      (x, y, z, did, v, w) =>
        both(either(fact(x, did), fact(y, did), fact(z, did)), not(fact(v, did)), not(fact(w, did))),
    ],
    [
      /^(\w+), (\w+) or (\w+) (.*), but (\w+) did not$/,
      (x, y, z, did, w) => both(either(fact(x, did), fact(y, did), fact(z, did)), not(fact(w, did))),
    ],
    [
      /^(\w+) or (\w+) (.*), and so did (\w+)$/,
      (x, y, did, z) => both(either(fact(x, did), fact(y, did)), fact(z, did)),
    ],
    [
      /^(\w+) or (\w+) (.*), but (\w+) did not$/,
      (x, y, did, z) => both(either(fact(x, did), fact(y, did)), not(fact(z, did))),
    ],
    [
      /^(\w+) and (\w+) (.*), but (\w+) did not$/,
      (x, y, did, z) => both(fact(x, did), fact(y, did), not(fact(z, did))),
    ],
    [/^(\w+) or (\w+) (.*)$/, (x, y, did) => either(fact(x, did), fact(y, did))],
    [/^Both (\w+) and (\w+) (.*)$/, (x, y, did) => both(fact(x, did), fact(y, did))],
    [/^(.*)$/, (text) => clause(text)],
  ],
  truths,
);

const times = / (?:on [A-Z]\w+|yesterday|last (?:night|week))/g;
const implies = (x: Reading, y: Reading): Reading => either(not(x), y);
const conditional = (text: string): Reading => {
  const bare = text.replace(times, '');
  const fronted = /^If (.*), then (.*)$/.exec(bare);
  if (fronted) return implies(clause(fronted[1]!), clause(fronted[2]!));
  const unless = /^Unless (.*), (.*)$/.exec(bare);
  if (unless) return either(clause(unless[1]!), clause(unless[2]!));
  const only = /^(.*) only if (.*)$/.exec(bare);
  if (only) return implies(clause(only[1]!), clause(only[2]!));
  const final = /^(.*) if (.*)$/.exec(bare);
  return final ? implies(clause(final[2]!), clause(final[1]!)) : clause(bare);
};
const conditionals = oracle(
  [
    [/^(.*)\. (.*)$/, (x, y) => both(conditional(x), conditional(y))],
    [/^(.*)$/, (text) => conditional(text)],
  ],
  truths,
);

const size = (world: World) => world['size'] ?? 0;
const done = (world: World) => world['done'] ?? 0;
const groupDomain: Domain = {
  values: [0, 1, 2, 3, 4, 5],
  allows: (world) => size(world) >= 2 && done(world) <= size(world),
};
const negated = (deed: string) => deed.startsWith('did not ') || / not /.test(deed);
const part = (holds: (part: number, size: number) => boolean) => (deed: string) => (world: World) =>
  holds(negated(deed) ? size(world) - done(world) : done(world), size(world));
const overGroup = oracle(
  [
    [/^(?:All|Every one|Each) of the .*? (did not .*|.*)$/, part((count, all) => count === all)],
    [/^(?:Some|At least one) of the (?:\w+) .*?(did not .*|.*)$/, part((count) => count > 0)],
    [/^Most of the \w+ .*?(did not .*|.*)$/, part((count, all) => count > all - count)],
    [/^None of the (.*)$/, part((count) => count === 0)],
    [/^Not all of the (.*)$/, part((count, all) => count < all)],
  ],
  groupDomain,
);

/** Three individuals, each of the first kind, the second, both or neither: bit 0 and bit 1 of its atom. */
const trio = ['one', 'two', 'three'];
const converted: Oracle = (premise, hypothesis) => {
  const pattern =
    /^(At least one|Some|No|Every|All|Not every) (\w+?)s? (?:in|at|on) .*? (?:is|are) (also|not) (?:an? )?(\w+?)s?\.$/;
  const first = pattern.exec(premise)?.[2] ?? '';
  const holds = (text: string): Reading => {
    const [, quantifier = '', subject = '', sign = '', predicate = ''] = pattern.exec(text) ?? [];
    if (![subject, predicate].includes(first)) throw new Error(`cannot read "${text}"`);
    const is = (noun: string) => (world: World, who: string) =>
      (((world[who] ?? 0) >> (noun === first ? 0 : 1)) & 1) === 1;
    const members = (world: World) => trio.filter((who) => is(subject)(world, who));
    const such = (world: World) => members(world).filter((who) => is(predicate)(world, who)).length;
    const all = (world: World) => members(world).length;
    if (quantifier === 'Not every' || sign === 'not') return (world) => such(world) < all(world);
    if (quantifier === 'No') return (world) => such(world) === 0;
    return (world) => (quantifier === 'Every' || quantifier === 'All' ? such(world) === all(world) : such(world) > 0);
  };
  const worlds = [...worldsOf(trio, { values: [0, 1, 2, 3] })];
  return worlds.filter(holds(premise)).every(holds(hypothesis));
};

/** Two of each kind; atoms say who dealt with whom, agent first. */
const ordered: Oracle = (premise, hypothesis) => {
  const verb = (text: string) =>
    / (?:whom every \w+|who|was|and the same \w+|Every \w+|Each \w+)(?: was)? (\w+ed) /i.exec(text)?.[1] ?? '';
  const people = new Map<string, readonly string[]>();
  const kind = (noun: string) => {
    const found = people.get(noun) ?? [`${noun} 1`, `${noun} 2`];
    people.set(noun, found);
    return found;
  };
  const met = (x: string, y: string) => (world: World) => world[`${x} ${verb(premise)} ${y}`] === 1;
  const shapes: readonly [RegExp, 'one' | 'each', 'active' | 'passive'][] = [
    [/^There was one (\w+) whom every (\w+) \w+ed /, 'one', 'passive'],
    [/^One and the same (\w+) was \w+ed by every (\w+) /, 'one', 'passive'],
    [/^There was one (\w+) who \w+ed every (\w+) /, 'one', 'active'],
    [/^One and the same (\w+) \w+ed every (\w+) /, 'one', 'active'],
    [/^Every (\w+) was \w+ed by at least one (\w+) /, 'each', 'passive'],
    [/^Every (\w+) \w+ed at least one (\w+) /, 'each', 'active'],
    [/^Each (\w+) \w+ed some (\w+) or other /, 'each', 'active'],
  ];
  const read = (text: string): Reading => {
    for (const [shape, order, voice] of shapes) {
      const match = shape.exec(text);
      if (!match) continue;
      const [outer, inner] = [kind(match[1]!), kind(match[2]!)];
      const pair = (x: string, y: string) => (voice === 'active' ? met(x, y) : met(y, x));
      return order === 'one'
        ? either(...outer.map((x) => both(...inner.map((y) => pair(x, y)))))
        : both(...outer.map((x) => either(...inner.map((y) => pair(x, y)))));
    }
    throw new Error(`cannot read "${text}"`);
  };
  const [told, asked] = [read(premise), read(hypothesis)];
  const [some = [], others = []] = [...people.values()];
  const atoms = [...some, ...others].flatMap((x) =>
    [...some, ...others].filter((y) => x.split(' ')[0] !== y.split(' ')[0]).map((y) => `${x} ${verb(premise)} ${y}`),
  );
  return [...worldsOf(atoms, truths)].filter(told).every(asked);
};

const quantifiers: Oracle = (premise, hypothesis) => {
  if (/ (?:is|are) (?:also|not) /.test(premise)) return converted(premise, hypothesis);
  if (/^(There was|One and the same|Every \w+ (?:was )?\w+ed|Each )/.test(premise)) return ordered(premise, hypothesis);
  return overGroup(premise, hypothesis);
};

function isA(taxonomy: readonly Kind[], narrow: string, wide: string): boolean {
  return narrow === wide || wider(taxonomy, narrow).some(({ word }) => word === wide);
}

function singular(taxonomy: readonly Kind[], word: string): string {
  const kind = taxonomy.find((one) => one.word === word || one.plural === word);
  if (!kind) throw new Error(`no kind "${word}"`);
  return kind.word;
}

/** A person as the sentences can tell them apart; `saw` is a kind of thing. */
interface Person {
  readonly is: string;
  readonly trait: boolean;
  readonly there: boolean;
  readonly saw: string;
}

const monotonicity: Oracle = (premise, hypothesis) => {
  const [first, second] = [premise, hypothesis].map(readMonotone) as [MonotoneText, MonotoneText];
  const people = [...new Set(['nobody', first.noun, second.noun])].flatMap((is) =>
    [...new Set(['nothing', first.object, second.object])].flatMap((saw) =>
      [true, false].flatMap((trait) => [true, false].map((there): Person => ({ is, saw, trait, there }))),
    ),
  );
  const models: Person[][] = people.flatMap((one) => people.map((other) => [one, one, one, other, other, other]));
  const holds = ({ word, noun, trait, place, object }: MonotoneText, model: readonly Person[]): boolean => {
    const group = model.filter(
      (person) =>
        person.is !== 'nobody' &&
        isA(professions, person.is, noun) &&
        (!trait || person.trait) &&
        (!place || person.there),
    );
    const such = group.filter(({ saw }) => saw !== 'nothing' && isA(things, saw, object)).length;
    if (word === 'Every' || word === 'All') return such === group.length;
    if (word === 'Not every' || word === 'Not all') return such < group.length;
    if (word === 'No') return such === 0;
    if (word === 'Fewer than three') return such < 3;
    return such >= (word === 'At least three' ? 3 : 1);
  };
  return models.filter((model) => holds(first, model)).every((model) => holds(second, model));
};

interface MonotoneText {
  readonly word: string;
  readonly noun: string;
  readonly trait: boolean;
  readonly place: boolean;
  readonly object: string;
}

function readMonotone(text: string): MonotoneText {
  const match =
    /^(Every|All|At least one|At least three|Some|No|Fewer than three|Not every|Not all) (young |tall |famous |friendly |nervous |clever )?(\w+) ((?:in|at|on) the \w+ )?\w+ an? (\w+) (?:on|last|yesterday)/.exec(
      text,
    );
  if (!match) throw new Error(`cannot read "${text}"`);
  const [, word = '', trait, noun = '', place, object = ''] = match;
  return { word, trait: trait !== undefined, place: place !== undefined, noun: singular(professions, noun), object };
}

const mannerOf: Readonly<Record<string, string>> = {
  sprinted: 'ran',
  jogged: 'ran',
  strolled: 'walked',
  marched: 'walked',
  whispered: 'spoke',
  shouted: 'spoke',
  grilled: 'cooked',
  fried: 'cooked',
  giggled: 'laughed',
  chuckled: 'laughed',
};

const hypernyms: Oracle = (premise, hypothesis) => {
  const seen = /^(\w+) (\w+) (an? \w+(?: and an? \w+)?) (on|last|yesterday)/;
  const [told, asked] = [seen.exec(premise), seen.exec(hypothesis)];
  if (told && asked) {
    if (told[1] !== asked[1] || told[2] !== asked[2]) return false;
    const nouns = told[3]!.split(' and ').map((one) => one.replace(/^an? /, ''));
    return nouns.some((noun) => isA(things, noun, asked[3]!.replace(/^an? /, '')));
  }
  const deed = /^(\w+) (\w+) (.*)$/;
  const [, who, verb, tail] = deed.exec(hypothesis.replace(times, '').replace('.', '')) ?? [];
  return premise
    .replace(times, '')
    .replace('.', '')
    .split(', and ')
    .some((part) => {
      const [, doer, did = '', rest] = deed.exec(part) ?? [];
      return doer === who && rest === tail && (did === verb || mannerOf[did] === verb);
    });
};

const numberWords =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen'.split(' ');
const boundOf = (word: string) => (/^\d+$/.test(word) ? Number(word) : numberWords.indexOf(word));
const counting = (holds: (count: number, bound: number) => boolean) => (word: string) => (world: World) =>
  holds(world['count'] ?? 0, boundOf(word));
const numerals = oracle(
  [
    [/at least (\w+) /i, counting((count, bound) => count >= bound)],
    [/no fewer than (\w+) /i, counting((count, bound) => count >= bound)],
    [/are (\w+) or more /i, counting((count, bound) => count >= bound)],
    [/more than (\w+) (?!.*no more)/i, counting((count, bound) => count > bound)],
    [/over (\w+) /i, counting((count, bound) => count > bound)],
    [/at most (\w+) /i, counting((count, bound) => count <= bound)],
    [/are (\w+) or fewer /i, counting((count, bound) => count <= bound)],
    [/fewer than (\w+) /i, counting((count, bound) => count < bound)],
    [/under (\w+) /i, counting((count, bound) => count < bound)],
    [/exactly (\w+) /i, counting((count, bound) => count === bound)],
    [
      /between (\w+) and (\w+) /i,
      (from, to) => (world) => (world['count'] ?? 0) >= boundOf(from) && (world['count'] ?? 0) <= boundOf(to),
    ],
  ],
  { values: Array.from({ length: 120 }, (_, count) => count) },
);
const oodNumerals: Oracle = (premise, hypothesis) =>
  numerals(premise.replace(/no more than/, 'at most'), hypothesis.replace(/no more than/, 'at most'));

/** Reads dealings as agent, verb, patient; `*` for one that is not named. */
function dealings(text: string): readonly string[] {
  const rest = / (?:(?:in|at|on) the \w+ )?(?:on [A-Z]\w+|yesterday|last (?:night|week))/;
  return text
    .replace(/\.$/, '')
    .replace(rest, '')
    .split(', and ')
    .map((part) => {
      const passive = /^(.+) was (\w+)(?: by (.+))?$/.exec(part);
      if (passive) return lower(`${passive[3] ?? '*'}|${passive[2]}|${lower(passive[1]!)}`);
      const active = /^((?:[Tt]he )?\w+) (\w+) (.+)$/.exec(part);
      if (!active) throw new Error(`cannot read "${part}"`);
      return `${lower(active[1]!)}|${active[2]}|${active[3] === 'someone' ? '*' : lower(active[3]!)}`;
    });
}

const voice: Oracle = (premise, hypothesis) => {
  const [asked = ''] = dealings(hypothesis);
  const wanted = asked.split('|');
  return dealings(premise).some((told) =>
    told.split('|').every((word, at) => wanted[at] === '*' || wanted[at] === word),
  );
};

const scales: Readonly<Record<string, readonly [string, string]>> = Object.fromEntries(
  'tall taller shorter tallest,old older younger oldest,fast faster slower fastest,heavy heavier lighter heaviest,strong stronger weaker strongest,rich richer poorer richest,loud louder quieter loudest'
    .split(',')
    .flatMap((scale) => {
      const [base = '', more = '', less = '', most = ''] = scale.split(' ');
      return [
        [base, ['is', base]],
        [more, ['more', base]],
        [less, ['less', base]],
        [most, ['most', base]],
      ];
    }),
);
const more = (word: string) => scales[word]?.[0] === 'more';
const degree = (who: string) => (world: World) => world[lower(who)] ?? 0;
const above = (x: string, y: string, word: string): Reading => {
  const [high, low] = more(word) ? [degree(x), degree(y)] : [degree(y), degree(x)];
  return (world) => high(world) > low(world);
};
const equal =
  (x: string, y: string): Reading =>
  (world) =>
    degree(x)(world) === degree(y)(world);
const someone = '((?:[Tt]he )?\\w+)';
const pattern = (text: string) => new RegExp(`^${text.replaceAll('X', someone).replaceAll('W', '(\\w+)')}$`);
const comparatives = oracle(
  [
    [
      pattern('Of X, X and X, X is the W'),
      (x, y, z, who) =>
        both(
          ...[x, y, z]
            .filter((one) => lower(one) !== lower(who))
            .map(
              (one): Reading =>
                (world) =>
                  degree(who)(world) > degree(one)(world),
            ),
        ),
    ],
    [
      pattern('X is W than X, and X is W than X'),
      (x, first, y, from, second, z) => both(above(x, y, first), above(from, z, second)),
    ],
    [
      pattern('X is W than X, and X is just as W as X'),
      (x, first, y, from, _, z) => both(above(x, y, first), equal(from, z)),
    ],
    [pattern('X is W than both X and X'), (x, word, y, z) => both(above(x, y, word), above(x, z, word))],
    [pattern('X is W than X but W than X'), (x, first, y, second, z) => both(above(x, y, first), above(x, z, second))],
    [pattern('X is W than X'), (x, word, y) => above(x, y, word)],
    [pattern('X is just as W as X'), (x, _, y) => equal(x, y)],
    [pattern('X is not as W as X'), (x, _, y) => (world) => degree(x)(world) < degree(y)(world)],
  ],
  { values: [0, 1, 2] },
);

const before =
  (x: string, y: string): Reading =>
  (world) =>
    (world[x] ?? 0) < (world[y] ?? 0);
const one = (text: string): Reading => {
  const bare = text.replace(/^(?:In|At|On) the \w+, /, '').replace(/^The /, 'the ');
  const first = /^(?:First (.*), then (.*), and finally (.*)|(.*) came first, then (.*) and finally (.*))$/.exec(bare);
  if (first) {
    const [x = '', y = '', z = ''] = first.slice(1).filter((step: string | undefined) => step !== undefined);
    return both(before(x, y), before(y, z));
  }
  const fronted = /^(Before|After) (.*), (.*)$/.exec(bare);
  if (fronted) return fronted[1] === 'Before' ? before(fronted[3]!, fronted[2]!) : before(fronted[2]!, fronted[3]!);
  const plain = /^(.*?)(?: took place)? (before|after) (.*)$/.exec(bare);
  if (!plain) throw new Error(`cannot read "${text}"`);
  return plain[2] === 'before' ? before(plain[1]!, plain[3]!) : before(plain[3]!, plain[1]!);
};
const order = oracle(
  [
    [/^(.*)\. (.*)$/, (x, y) => both(one(x), one(y))],
    [/^(.*)$/, (text) => one(text)],
  ],
  { values: [0, 1, 2], distinct: true },
);

const heap = (holds: (count: number, size: number) => boolean, flipped: boolean) => (): Reading => (world) =>
  holds(flipped ? size(world) - done(world) : done(world), size(world));
const oodQuantifiers = oracle(
  [
    [/^Each of the /, heap((count, all) => count === all, false)],
    [/ without exception$/, heap((count, all) => count === all, false)],
    [/^A majority of the .* are not /, heap((count, all) => 2 * count > all, true)],
    [/^A majority of the /, heap((count, all) => 2 * count > all, false)],
    [/^There is not a single /, heap((count) => count === 0, false)],
    [/^There is an? .* that is not /, heap((count) => count > 0, true)],
    [/^There is an? /, heap((count) => count > 0, false)],
    [/^Not each of the /, heap((count) => count > 0, true)],
    [/^One or more of the /, heap((count) => count > 0, false)],
  ],
  groupDomain,
);

const oodDates: Oracle = (premise, hypothesis) => {
  const years = new Map<string, number>();
  const plain = /^The (\w+) was completed in (\d+) and the (\w+) in (\d+)\.$/.exec(premise);
  const beside = /^Completed in (\d+), the (\w+) now stands beside the (\w+), which dates from (\d+)\.$/.exec(premise);
  const between =
    /^The (\w+) was there when construction of the \w+ began, but the (\w+) was only built once the \w+ stood\.$/.exec(
      premise,
    );
  if (plain) years.set(plain[1]!, Number(plain[2])).set(plain[3]!, Number(plain[4]));
  else if (beside) years.set(beside[2]!, Number(beside[1])).set(beside[3]!, Number(beside[4]));
  else if (between) years.set(between[1]!, 1).set(between[2]!, 3);
  else throw new Error(`cannot read "${premise}"`);
  const [, x = '', relation = '', y = ''] =
    /^The (\w+) (was completed earlier than|was completed later than|predates|was built when) the (\w+)( already existed)?\.$/.exec(
      hypothesis,
    ) ?? [];
  const earlier = relation === 'was completed earlier than' || relation === 'predates';
  const [old, young] = earlier ? [x, y] : [y, x];
  return years.get(old)! < years.get(young)!;
};

const oodSpatial: Oracle = (premise, hypothesis) => {
  const low = /(?:is|are) to the left of|hangs? somewhere below/g;
  const high = /(?:is|are) to the right of|hangs? somewhere above/g;
  const simple = (text: string) =>
    text
      .replace(low, '<')
      .replace(high, '>')
      .replace(/\.$/, '')
      .replace(/\bthe /gi, '');
  return lines(simple(premise), simple(hypothesis));
};
const beside = (x: string, sign: string, y: string) => (sign === '<' ? before(x, y) : before(y, x));
const lines = oracle(
  [
    [
      /^(\w+) ([<>]) (\w+), which in turn ([<>]) (\w+)$/,
      (x, first, y, second, z) => both(beside(x, first, y), beside(y, second, z)),
    ],
    [/^Both (\w+) and (\w+) ([<>]) (\w+)$/, (x, y, sign, z) => both(beside(x, sign, z), beside(y, sign, z))],
    [
      /^(\w+) ([<>]) (\w+) and ([<>]) (\w+)$/,
      (x, first, y, second, z) => both(beside(x, first, y), beside(x, second, z)),
    ],
    [/^(\w+) ([<>]) (\w+)$/, (x, sign, y) => beside(x, sign, y)],
  ],
  { values: [0, 1, 2], distinct: true },
);

/** Every telling of a transfer, as giver, act and taker. */
const oodConverses: Oracle = (premise, hypothesis) => {
  const facts = [premise, hypothesis].map((text) => {
    const who = '((?:[Tt]he )?\\w+)';
    const tests: readonly [RegExp, string, 1 | 2][] = [
      [new RegExp(`^${who} sold ${who} an? (.*)$`), 'sale', 1],
      [new RegExp(`^${who} bought an? \\w+ from ${who} .*$`), 'sale', 2],
      [new RegExp(`^${who} lent an? \\w+ to ${who} .*$`), 'loan', 1],
      [new RegExp(`^${who} borrowed an? \\w+ from ${who} .*$`), 'loan', 2],
      [new RegExp(`^${who} gave ${who} an? .*$`), 'gift', 1],
      [new RegExp(`^${who} received an? \\w+ from ${who} .*$`), 'gift', 2],
      [new RegExp(`^${who} is the landlord of ${who}\\.$`), 'lease', 1],
      [new RegExp(`^${who} is the tenant of ${who}\\.$`), 'lease', 2],
      [new RegExp(`^${who} is the employer of ${who}\\.$`), 'job', 1],
      [new RegExp(`^${who} is the employee of ${who}\\.$`), 'job', 2],
      [new RegExp(`^${who} is the grandparent of ${who}\\.$`), 'kin', 1],
      [new RegExp(`^${who} is the grandchild of ${who}\\.$`), 'kin', 2],
    ];
    for (const [test, act, first] of tests) {
      const match = test.exec(text);
      if (match) return [act, lower(match[first]!), lower(match[first === 1 ? 2 : 1]!)].join('|');
    }
    throw new Error(`cannot read "${text}"`);
  });
  return facts[0] === facts[1];
};

const oodRelatives: Oracle = (premise, hypothesis) => {
  const match = /^(?:It was the|The) (\w+) (?:who (\w+) the (\w+)|whom the (\w+) (\w+)) (?:that )?(\w+ed) /.exec(
    premise,
  );
  if (!match) throw new Error(`cannot read "${premise}"`);
  const [, head = '', verb, patient, agent, passiveVerb, mishap = ''] = match;
  const dealt =
    agent === undefined ? `The ${head} ${verb} the ${patient}.` : `The ${agent} ${passiveVerb} the ${head}.`;
  return hypothesis === dealt || hypothesis.startsWith(`The ${head} ${mishap} `);
};

const implied: Readonly<Record<string, number>> = {
  managed: 1,
  remembered: 1,
  forgot: -1,
  failed: -1,
  refused: -1,
  hoped: 0,
  promised: 0,
  wanted: 0,
  planned: 0,
};
const bases: Readonly<Record<string, string>> = {
  manage: 'managed',
  remember: 'remembered',
  forget: 'forgot',
  fail: 'failed',
};
const oodImplicatives: Oracle = (premise, hypothesis) => {
  const match = /^\w+ (?:did not (\w+)|(\w+)) to /.exec(premise);
  const sign = match?.[1] !== undefined ? -implied[bases[match[1]]!]! : implied[match?.[2] ?? '']!;
  const chore = chores.find(({ base }) => premise.includes(` to ${base} `));
  const negative = hypothesis.includes(` did not ${chore?.base} `);
  if (!negative && !hypothesis.includes(` ${chore?.past} `)) throw new Error(`cannot read "${hypothesis}"`);
  return negative ? sign === -1 : sign === 1;
};

const oodExclusives: Oracle = (premise, hypothesis) => {
  const match = /^Among (\w+), (\w+) and (\w+), (only|nobody but|everyone except|everyone) (.*)\.$/.exec(premise);
  if (!match) throw new Error(`cannot read "${premise}"`);
  const [, , , , kind = '', rest = ''] = match;
  const who = kind === 'everyone' ? /apart from (\w+)$/.exec(rest)?.[1] : /^(\w+)/.exec(rest)?.[1];
  const asked = /^(\w+) (did not)?/.exec(hypothesis);
  const past = mishaps.find((verb) => rest.includes(verb.past));
  if (!past || !(hypothesis.includes(past.past) || hypothesis.includes(past.base)))
    throw new Error(`cannot read "${hypothesis}"`);
  const did = (asked?.[1] === who) === /^(only|nobody)/.test(kind);
  return asked?.[2] === undefined ? did : !did;
};

/** Two things, each of a kind; a context speaks of some or of none of them. */
const oodMonotonicity: Oracle = (premise, hypothesis) => {
  const words = kinds.map(({ word }) => word);
  const noun = (text: string) => text.match(/[\w-]+/g)?.find((word) => words.includes(word)) ?? '';
  if (premise.replace(/an? [\w-]+/, '') === premise) throw new Error(`cannot read "${premise}"`);
  const frame = (text: string) => text.replace(new RegExp(`an? ${noun(text)}`), 'X');
  if (frame(premise) !== frame(hypothesis)) throw new Error(`frames differ: ${premise} / ${hypothesis}`);
  const negative = /^Nobody| never | without |^Anyone /.test(premise);
  const leaves = words.filter((word) => kinds.every(({ parent }) => parent !== word));
  const holds = (asked: string) => (there: readonly string[]) =>
    there.some((leaf) => isA(kinds, leaf, asked)) !== negative;
  const worlds = [[], ...leaves.map((leaf) => [leaf]), [...leaves]];
  // A wide word may be met by a member that is none of the named ones.
  worlds.push(...words.filter((word) => !leaves.includes(word)).map((word) => [word]));
  return worlds.filter(holds(noun(premise))).every(holds(noun(hypothesis)));
};

export const oracles: Readonly<Record<string, Oracle>> = {
  quantifiers,
  negation,
  monotonicity,
  hypernyms,
  connectives,
  numerals,
  voice,
  comparatives,
  order,
  conditionals,
  'ood-quantifiers': oodQuantifiers,
  'ood-numerals': oodNumerals,
  'ood-dates': oodDates,
  'ood-spatial': oodSpatial,
  'ood-converses': oodConverses,
  'ood-relatives': oodRelatives,
  'ood-implicatives': oodImplicatives,
  'ood-exclusives': oodExclusives,
  'ood-monotonicity': oodMonotonicity,
};
