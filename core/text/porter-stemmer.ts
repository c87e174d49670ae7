// The Porter stemmer in the form of NLTK (PorterStemmer in the mode NLTK_EXTENSIONS), which rouge-score and METEOR use: the
// algorithm of 1980 with Martin Porter's later changes and those of the NLTK project.

/** @param word - in any case; a word of one or two characters is only put in lower case */
export function porterStem(word: string): string {
  const lower = word.toLowerCase();
  const irregular = irregularForms.get(lower);
  if (irregular !== undefined) return irregular;
  if (lower.length <= 2) return lower;
  return [plural, pastAndProgressive, finalY, doubleSuffix, longSuffix, barSuffix, finalE, doubleL].reduce(
    (stem, step) => step(stem),
    lower,
  );
}

const irregularForms = new Map(
  Object.entries({
    sky: 'sky skies',
    die: 'dying',
    lie: 'lying',
    tie: 'tying',
    news: 'news',
    inning: 'innings inning',
    outing: 'outings outing',
    canning: 'cannings canning',
    howe: 'howe',
    proceed: 'proceed',
    exceed: 'exceed',
    succeed: 'succeed',
  }).flatMap(([stem, forms]) => forms.split(' ').map((form) => [form, stem] as const)),
);

/** Step 1a. */
function plural(word: string): string {
  if (word.endsWith('ies') && word.length === 4) return word.slice(0, -1);
  return replaced(word, [
    ['sses', 'ss'],
    ['ies', 'i'],
    ['ss', 'ss'],
    ['s', ''],
  ]);
}

/** Step 1b. */
function pastAndProgressive(word: string): string {
  if (word.endsWith('ied')) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = ['ed', 'ing'].find((one) => word.endsWith(one) && hasVowel(word.slice(0, -one.length)));
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (['at', 'bl', 'iz'].some((end) => stem.endsWith(end))) return `${stem}e`;
  if (endsInDoubleConsonant(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsInShortSyllable(stem) ? `${stem}e` : stem;
}

/** Step 1c: only after a consonant that is not the whole stem. */
function finalY(word: string): string {
  const stem = word.slice(0, -1);
  return word.endsWith('y') && stem.length > 1 && consonants(stem).at(-1) === true ? `${stem}i` : word;
}

/** Step 2, which looks once more at what `alli` leaves. */
function doubleSuffix(word: string): string {
  if (word.endsWith('alli') && measure(word.slice(0, -4)) > 0) return doubleSuffix(word.slice(0, -2));
  // The l of logi counts with the stem, so that geo and theo go the way of archaeo.
  if (word.endsWith('logi')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  return replaced(word, doubleSuffixes, 1);
}

const doubleSuffixes = rules(
  'ational ate, tional tion, enci ence, anci ance, izer ize, bli ble, alli al, entli ent, eli e, ousli ous, ization ize, ' +
    'ation ate, ator ate, alism al, iveness ive, fulness ful, ousness ous, aliti al, iviti ive, biliti ble, fulli ful',
);

/** Step 3. */
function longSuffix(word: string): string {
  return replaced(word, longSuffixes, 1);
}

const longSuffixes = rules('icate ic, ative, alize al, iciti ic, ical ic, ful, ness');

/** Step 4. */
function barSuffix(word: string): string {
  const suffix = barSuffixes.find((one) => word.endsWith(one));
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  return measure(stem) > 1 && (suffix !== 'ion' || /[st]$/.test(stem)) ? stem : word;
}

const barSuffixes = 'al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize'.split(' ');

/** Step 5a. */
function finalE(word: string): string {
  if (!word.endsWith('e')) return word;
  const stem = word.slice(0, -1);
  const size = measure(stem);
  return size > 1 || (size === 1 && !endsInShortSyllable(stem)) ? stem : word;
}

/** Step 5b. */
function doubleL(word: string): string {
  return word.endsWith('ll') && measure(word.slice(0, -1)) > 1 ? word.slice(0, -1) : word;
}

function rules(list: string): [string, string][] {
  return list.split(', ').map((rule) => {
    const [suffix = '', replacement = ''] = rule.split(' ');
    return [suffix, replacement];
  });
}

/** The first rule whose suffix fits decides, also where the stem before it is too short for a change. */
function replaced(word: string, list: readonly (readonly [string, string])[], least = 0): string {
  const rule = list.find(([suffix]) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const stem = word.slice(0, -rule[0].length);
  return measure(stem) >= least ? stem + rule[1] : word;
}

/** Of each letter: is it a consonant? A y is one at the start and after a vowel. */
function consonants(word: string): boolean[] {
  const flags: boolean[] = [];
  for (const [place, letter] of Array.from(word).entries()) {
    flags.push(letter === 'y' ? place === 0 || !flags[place - 1]! : !'aeiou'.includes(letter));
  }
  return flags;
}

/** How often a consonant follows a vowel: Porter's m. */
function measure(stem: string): number {
  return consonants(stem).filter((isConsonant, place, flags) => isConsonant && flags[place - 1] === false).length;
}

function hasVowel(stem: string): boolean {
  return consonants(stem).includes(false);
}

function endsInDoubleConsonant(stem: string): boolean {
  return stem.length >= 2 && stem.at(-1) === stem.at(-2) && consonants(stem).at(-1) === true;
}

/** Consonant, vowel, consonant other than w, x, y; or a vowel and a consonant alone. */
function endsInShortSyllable(stem: string): boolean {
  const flags = consonants(stem);
  if (flags.length === 2) return !flags[0]! && flags[1]!;
  const [first, second, third] = flags.slice(-3);
  return first === true && second === false && third === true && !/[wxy]$/.test(stem);
}
