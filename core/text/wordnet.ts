// Synonyms by WordNet as NLTK looks them up: a word and its base forms, in all parts of speech, and the single words of all their
// sets of synonyms.
import { FailureType, PermanentError } from '../../contracts/failures.ts';

export interface WordNet {
  /** Single words in lower case that share a set of synonyms with `word` or one of its base forms; none for a word not known. */
  synonymsOf(word: string): ReadonlySet<string>;
}

/**
 * Reads the compact table that scripts/build-lexicon.ts makes: a line `= noun` opens a part of speech; `! form base ...` is an
 * irregular form; any other line is a set of synonyms. Words in upper case or with an underscore can be looked up and are no answer.
 * @throws {PermanentError} `InvalidData` for a part of speech that is not known
 */
export function readWordNet(table: string): WordNet {
  const parts = table.split(/^= /m).slice(1).map(readPart);
  const answers = new Map<string, ReadonlySet<string>>();
  return {
    synonymsOf(word) {
      const known = answers.get(word);
      if (known !== undefined) return known;
      const found = new Set(parts.flatMap((part) => synonymsIn(part, word)));
      answers.set(word, found);
      return found;
    },
  };
}

interface Part {
  readonly endings: readonly (readonly [string, string])[];
  readonly irregular: ReadonlyMap<string, readonly string[]>;
  /** Sets of synonyms by the words that they hold, in lower case. */
  readonly sets: ReadonlyMap<string, readonly (readonly string[])[]>;
}

/** What NLTK's morphy puts in place of an ending. */
const endingsOf: Readonly<Record<string, Part['endings']>> = {
  noun: [
    ['s', ''],
    ['ses', 's'],
    ['ves', 'f'],
    ['xes', 'x'],
    ['zes', 'z'],
    ['ches', 'ch'],
    ['shes', 'sh'],
    ['men', 'man'],
    ['ies', 'y'],
  ],
  verb: [
    ['s', ''],
    ['ies', 'y'],
    ['es', 'e'],
    ['es', ''],
    ['ed', 'e'],
    ['ed', ''],
    ['ing', 'e'],
    ['ing', ''],
  ],
  adj: [
    ['er', ''],
    ['est', ''],
    ['er', 'e'],
    ['est', 'e'],
  ],
  adv: [],
};

function readPart(section: string): Part {
  const [name = '', ...lines] = section.trimEnd().split('\n');
  const endings = endingsOf[name];
  if (endings === undefined) {
    throw new PermanentError(FailureType.InvalidData, `WordNet table: part of speech "${name}" is not known`);
  }
  const irregular = new Map<string, readonly string[]>();
  const sets = new Map<string, string[][]>();
  for (const line of lines) {
    const words = line.split(' ');
    if (words[0] === '!') irregular.set(words[1]!, words.slice(2));
    else addSet(sets, words);
  }
  return { endings, irregular, sets };
}

function addSet(sets: Map<string, string[][]>, words: readonly string[]): void {
  const answers = words.filter((word) => word === word.toLowerCase() && !word.includes('_'));
  for (const key of new Set(words.map((word) => word.toLowerCase()))) {
    const known = sets.get(key);
    if (known === undefined) sets.set(key, [answers]);
    else known.push(answers);
  }
}

/** An irregular form has no base by ending. */
function synonymsIn({ endings, irregular, sets }: Part, word: string): readonly string[] {
  const byEnding = () =>
    endings.flatMap(([ending, other]) => (word.endsWith(ending) ? [word.slice(0, -ending.length) + other] : []));
  const forms = [word, ...(irregular.get(word) ?? byEnding())];
  return forms.flatMap((form) => (sets.get(form) ?? []).flat());
}
