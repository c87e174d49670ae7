// Benchmark items as they leak into training text: as they are, in other typesetting, with other numbers, and in other words. The other
// words come from rules (names, synonyms, turns of phrase, order of clauses), not from a model: a model's paraphrase is further away.
import type { Chance } from '../tasks/chance.ts';
import { sentencesOf } from './text-rows.ts';

export const PLANT_KINDS = ['verbatim', 'retypeset', 'renumbered', 'paraphrased'] as const;
export type PlantKind = (typeof PLANT_KINDS)[number];

const NUMBER_WORDS = 'two three four five six seven eight nine ten eleven twelve'.split(' ');

const NAMES = 'Priya Omar Lucia Chen Ingrid Tomas Aisha Viktor Noor Mateo'.split(' ');
const NO_NAMES = new Set(
  'A An The One Give Note Show Some All Any Both We You My Our Not No Only Here Its If In On At It He She They His Her Their How What When Where Which Who Why Find Compute Let Suppose Given Each Every For From Of To As There This That Determine Express Assume Two Three Four Five Six After Before During Then And But So Is Are Was Were Has Have Do Does Did Calculate Evaluate Simplify Solve Write Enter Your Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November December'.split(
    ' ',
  ),
);

/** A turn of phrase and another for it. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\bHow many ([a-z]+) (?:does|did|do|will|can) ([^?]+)\?/g, 'What is the number of $1 that $2?'],
  [/\bHow many ([a-z]+) (?:are|were) ([^?]+)\?/g, 'What is the number of $1 $2?'],
  [/\bHow much (?:money )?(?:does|did|do|will) ([^?]+)\?/g, 'What amount would $1?'],
  [/\bFind the\b/g, 'Determine the'],
  [/\bFind\b/g, 'Work out'],
  [/\bCompute\b/g, 'Calculate'],
  [/\bEvaluate\b/g, 'Compute'],
  [/\bDetermine\b/g, 'Find'],
  [/\bWhat is the value of\b/g, 'Calculate'],
  [/\bin total\b/g, 'altogether'],
  [/\baltogether\b/g, 'in all'],
  [/\b(?:twice|two times) as many\b/g, 'double the number of'],
  [/\bhalf as many\b/g, '50% of the number of'],
  [/\bLet ([^.]+?) be\b/g, 'Suppose that $1 is'],
  [/\bsuch that\b/g, 'for which'],
  [/\bExpress your answer as\b/g, 'Give the result as'],
];

const SYNONYMS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'buys:purchases bought:purchased sells:offers sold:traded gave:handed gives:hands has:owns had:owned wants:wishes needs:requires ' +
    'started:began starts:begins finished:completed makes:earns made:produced total:overall each:every left:remaining day:workday ' +
    'week:workweek friends:companions children:kids kids:youngsters house:home car:vehicle store:shop shop:store big:large small:little ' +
    'money:cash cost:price costs:is also:additionally then:afterwards if:provided per:every received:got got:received spent:paid ' +
    'pieces:items box:carton boxes:cartons bag:sack bags:sacks people:persons students:pupils school:college equation:relation' +
    '  function:map length:size distance:gap area:surface smallest:least largest:greatest ' +
    'possible:admissible saved:kept walked:strolled drove:travelled ate:consumed eats:consumes reads:studies found:discovered'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

export function plantItem(kind: PlantKind, text: string, chance: Chance): string {
  switch (kind) {
    case 'verbatim':
      return text;
    case 'retypeset':
      return retypeset(text, chance);
    case 'renumbered':
      return renumbered(text, chance);
    case 'paraphrased':
      return paraphrased(text, chance);
  }
}

/** Whether the text has a number that can become another. */
export function hasNumbers(text: string): boolean {
  return /\d/.test(text);
}

/** Signs inside a number are left, or it would be another number. */
function retypeset(text: string, chance: Chance): string {
  const cased = chance.coin() ? text.toUpperCase() : text.toLowerCase();
  const dotted = cased.replace(/[.,;?!](?!\\?!?\d)/g, () => chance.pick([' ;', '!', ' - ', '...', '']));
  return dotted.replace(/ +/g, () => chance.pick([' ', '  ', '\n', ' \t']));
}

/** Every number becomes another of as many digits, and every number word another. */
function renumbered(text: string, chance: Chance): string {
  const other = (digits: string): string => {
    for (;;) {
      const number = Array.from(digits, (_, at) => chance.whole(at === 0 ? 1 : 0, 9)).join('');
      if (number !== digits) return number;
    }
  };
  const words = new RegExp(`\\b(?:${NUMBER_WORDS.join('|')})\\b`, 'g');
  return text
    .replace(/\d+/g, other)
    .replace(words, (word) => chance.pick(NUMBER_WORDS.filter((next) => next !== word)));
}

function paraphrased(text: string, chance: Chance): string {
  const turned = PHRASES.reduce((result, [pattern, phrase]) => result.replace(pattern, phrase), text);
  const clauses = turned.replace(/([A-Z][^.?!,]{8,}), (?=(?:and|but) )/g, '$1. ');
  const swapped = clauses.replace(
    /\b(If|When|After) ([^,.?]{6,}), ([^.?]{6,})([.?])/g,
    (_, word: string, first, second: string, end) =>
      `${second[0]!.toUpperCase()}${second.slice(1)} ${word.toLowerCase()} ${first}${end}`,
  );
  const sentences = sentencesOf(swapped);
  // The question first, then what it is about.
  const ordered = chance.coin() ? [...sentences.slice(-1), ...sentences.slice(0, -1)].join(' ') : swapped;
  const renamed = withOtherNames(ordered, chance);
  return renamed.replace(/\b[a-z]+\b/g, (word) => SYNONYMS[word] ?? word);
}

/** Capitalised words that begin no sentence, and the same words wherever they stand. */
function withOtherNames(text: string, chance: Chance): string {
  const found = Array.from(text.matchAll(/(?<![\\$A-Za-z])[A-Z][a-z]{2,}\b/g), ([name]) => name).filter(
    (name) => !NO_NAMES.has(name),
  );
  const start = chance.whole(0, NAMES.length - 1);
  const names = new Map(Array.from(new Set(found), (name, at) => [name, NAMES[(start + at) % NAMES.length]!]));
  return text.replace(/(?<![\\$A-Za-z])[A-Z][a-z]{2,}\b/g, (name) => names.get(name) ?? name);
}
