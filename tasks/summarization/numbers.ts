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

/** Numbers written in digits: `1,234` and `1 234` are 1234, `0.50` and `.5` are 0.5, `12%` is 12. Signs do not count. */
export function numbersIn(text: string): readonly string[] {
  const plain = text.normalize('NFKC').replace(/(\d)[,\u00a0\u2009\u202f ](?=\d{3}(?!\d))/g, '$1');
  return [...plain.matchAll(/(?<![\p{L}\d_])\d*[.·]?\d+(?!\d)/gu)].map(([number]) => canonical(number));
}

/** Beside those, numbers written as words: `twenty-three trials`, `half`. */
export function statedNumbers(text: string): ReadonlySet<string> {
  const found = new Set(numbersIn(text));
  const lower = text
    .normalize('NFKC')
    .replace(/[\u2010-\u2015]/g, '-')
    .toLowerCase();
  for (const [, first = '', second = ''] of lower.matchAll(/([a-z]+)(?:[- ]([a-z]+))?/g)) {
    const ten = round.get(first);
    if (ten !== undefined) found.add(String(ten + (small.get(second) ?? 0)));
  }
  for (const [word] of lower.matchAll(/[a-z]+/g)) {
    const value = small.get(word) ?? round.get(word) ?? multiples.get(word);
    if (value !== undefined) found.add(String(value));
  }
  return found;
}

function canonical(number: string): string {
  return String(Number(number.replace('·', '.')));
}
