// The numbers of a text in one spelling, so that a conclusion can be held to the numbers of its evidence.

const units = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen'.split(
  ' ',
);
const teens = 'sixteen seventeen eighteen nineteen'.split(' ');
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const small = new Map([...units, ...teens].map((word, value) => [word, value]));
const round = new Map(tens.map((word, index) => [word, 20 + 10 * index]));
const multiples = new Map([
  ['once', 1],
  ['single', 1],
  ['twice', 2],
  ['both', 2],
  ['half', 50],
]);

const scales = new Map([
  ['hundred', 100],
  ['thousand', 1000],
  ['million', 1e6],
  ['billion', 1e9],
]);

/**
 * Numbers written in digits: `1,234` and `1 234` are 1234, `0.50` and `.5` are 0.5, `12%` is 12, `2.5 million` is 2500000.
 * Signs do not count.
 */
export function numbersIn(text: string): readonly string[] {
  return [...digitsIn(text)].map(([, number = '', scale = '']) => canonical(number, scale));
}

/** Beside those, numbers written as words: `twenty-three trials`, `one hundred and fifty`, `half`. */
export function statedNumbers(text: string): ReadonlySet<string> {
  const found = new Set(numbersIn(text));
  for (const [, number = ''] of digitsIn(text)) found.add(canonical(number, ''));
  const lower = text
    .normalize('NFKC')
    .replace(/[\u2010-\u2015]/g, '-')
    .toLowerCase();
  for (const [run] of lower.matchAll(WORDS)) {
    const numbers = run.split(/[- ]+/).filter((word) => word !== 'and');
    for (const word of numbers) found.add(String(valueOf(word)));
    found.add(String(valueOfWords(numbers)));
  }
  for (const [word] of lower.matchAll(/[a-z]+/g)) {
    const value = multiples.get(word);
    if (value !== undefined) found.add(String(value));
  }
  return found;
}

const WORD = [...small.keys(), ...round.keys(), ...scales.keys()].sort((a, b) => b.length - a.length).join('|');
const WORDS = new RegExp(`\\b(?:${WORD})(?:(?:[- ]| and )(?:${WORD}))*\\b`, 'g');

/** Digits after a blank belong to those before it only where these are no more than three: `in 2019 120 women` has two numbers. */
function digitsIn(text: string): IterableIterator<RegExpExecArray> {
  const plain = text
    .normalize('NFKC')
    .replace(/(?<![\d.,])\d{1,3}(?:[,\u00a0\u2009\u202f ]\d{3})+(?!\d)/g, (number) => number.replace(/\D/g, ''));
  return plain.matchAll(/(?<![\p{L}\d_])(\d*[.·]?\d+)(?!\d)(?:[- ](hundred|thousand|million|billion)s?\b)?/giu);
}

function valueOf(word: string): number {
  return small.get(word) ?? round.get(word) ?? scales.get(word) ?? 0;
}

/** `two thousand three hundred four`: hundreds multiply what stands before them, larger scales all of it. */
function valueOfWords(numbers: readonly string[]): number {
  let [total, group] = [0, 0];
  for (const word of numbers) {
    const scale = scales.get(word);
    if (scale === undefined) group += valueOf(word);
    else if (scale === 100) group = Math.max(1, group) * scale;
    else [total, group] = [total + Math.max(1, group) * scale, 0];
  }
  return total + group;
}

function canonical(number: string, scale: string): string {
  const value = Number(number.replace('·', '.'));
  const factor = scales.get(scale.toLowerCase());
  return String(factor === undefined ? value : Number((value * factor).toPrecision(15)));
}
