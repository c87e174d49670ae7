// Takes off what an answer may wear without meaning anything else: styling, currency, percent and degree signs, units.

/** LaTeX without styling, currency and the like; what the reader of formulas starts from. */
export function normalised(text: string): string {
  let plain = withoutWrappers(withoutUnicode(text.trim())).replace(REPEATING_DECIMAL, fractionOf);
  for (const [pattern, replacement] of REPLACEMENTS) plain = plain.replace(pattern, replacement);
  return withoutWrappers(plain.trim());
}

/** One spelling for texts that differ in blanks and braces only. */
export function compact(normal: string): string {
  return normal
    .replace(/\\text\{([^{}]*)\}/g, '$1')
    .replace(/\\(frac|sqrt)\s+/g, '\\$1')
    .replace(/\\frac([\da-z])\s*/g, '\\frac{$1}')
    .replace(/(\\frac\{[^{}]*\})\s*([\da-z])/g, '$1{$2}')
    .replace(/\\sqrt([\da-z])/g, '\\sqrt{$1}')
    .replace(NEEDLESS_BLANKS, '')
    .replace(/\s+/g, ' ')
    .replace(/\\degrees(?![a-zA-Z]) ?/g, '^\\circ')
    .replace(/(?<![\d.])\.(?=\d)/g, '0.')
    .replace(/\.$/, '');
}

/** All but those that part two digits, a command and the next letter, and the members of a list of three digits each. */
const NEEDLESS_BLANKS =
  /(?<!\\[a-zA-Z]+|[,\d])\s+|\s+(?![a-zA-Z\d\s])|(?<=\\[a-zA-Z]+)\s+(?=\d)|(?<=\d)\s+(?=[a-zA-Z])|(?<=,)\s+(?!\d{3}(?!\d))/g;

/** The number that an English number word from zero to ninety-nine, or `hundred`, stands for; null for other texts. */
export function wordNumber(text: string): number | null {
  const [tens = '', ones, more] = text
    .toLowerCase()
    .trim()
    .split(/[\s-]+/);
  if (more !== undefined) return null;
  if (tens === 'hundred' || (tens === 'one' && ones === 'hundred')) return 100;
  const small = SMALL_NUMBERS.indexOf(tens);
  if (ones === undefined && small >= 0) return small;
  const ten = TENS.indexOf(tens);
  if (ten < 0) return null;
  const one = ones === undefined ? 0 : SMALL_NUMBERS.indexOf(ones);
  return one < 0 || one > 9 || ones === 'zero' ? null : 10 * (ten + 2) + one;
}

const SMALL_NUMBERS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** `0.1\overline{6}` */
const REPEATING_DECIMAL = /(\d*)\.(\d*)\\(?:overline|bar)\s*\{(\d+)\}/g;

function fractionOf(written: string, whole: string, places: string, repeated: string): string {
  if (places.length + repeated.length > LONGEST_PERIOD) return written;
  const top = BigInt(whole + places + repeated) - BigInt(`0${whole}${places}`);
  return `\\frac{${top}}{${10n ** BigInt(places.length + repeated.length) - 10n ** BigInt(places.length)}}`;
}

const LONGEST_PERIOD = 100;

const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  // Text and fonts are one thing; a font around a single letter is that letter.
  [/\\(?:text|textbf|textit|textrm|textnormal|mathrm|mathbf|mathit|mathsf|mbox|operatorname)\s*\{/g, '\\text{'],
  [/\\(?:mathbb|boldsymbol|overline)\s*\{([A-Za-z])\}/g, '$1'],
  [/\\text\{([A-Za-z]|[^{}A-Za-z]*)\}/g, '$1'],
  // Thousands, written with a comma that LaTeX would space: {,} ,\! ,\ and a thin space.
  [/(?<=\d)(?:\{,\}|,\s*\\!|\\!,|,\\ |\\,|\\ )\s*(?=\d{3}(?!\d))/g, ''],
  [/\\(?:left|right|[bB]igg?[lrm]?)(?![a-zA-Z])\.?/g, ''],
  [/\\(?:displaystyle|textstyle|limits|quad|qquad|enspace|thinspace|hspace\{[^{}]*\})(?![a-zA-Z])/g, ' '],
  [/(?<!\\)\\[,;:!> ]|~/g, ' '],
  [/\\[dtc]frac(?![a-zA-Z])/g, '\\frac'],
  [/\\[dt]binom(?![a-zA-Z])/g, '\\binom'],
  [/\\(?:leqslant|leq)(?![a-zA-Z])|<=/g, '\\le '],
  [/\\(?:geqslant|geq)(?![a-zA-Z])|>=/g, '\\ge '],
  [/\\lt(?![a-zA-Z])/g, '<'],
  [/\\gt(?![a-zA-Z])/g, '>'],
  [/\\lbrace(?![a-zA-Z])/g, '\\{'],
  [/\\rbrace(?![a-zA-Z])/g, '\\}'],
  [/\\(?:[lr]vert|mid|vert)(?![a-zA-Z])/g, '|'],
  [/\\?[$%]|[€£]/g, ''],
  [/\^\s*(?:\\circ(?![a-zA-Z])|\{\s*\\circ\s*\})/g, '\\degrees '],
  [/\\text\{\s*(?:degrees?|percent)\s*\}/g, ''],
  [/\\text\{\s*infinity\s*\}/gi, '\\infty '],
  [/^(?:\\approx|\\sim|=)\s*/, ''],
  [/[.,;]\s*$/, ''],
];

const CHARACTERS: Readonly<Record<string, string>> = {
  '−': '-',
  '–': '-',
  '×': '\\times ',
  '·': '\\cdot ',
  '÷': '\\div ',
  π: '\\pi ',
  θ: '\\theta ',
  '√': '\\sqrt ',
  '∞': '\\infty ',
  '≤': '\\le ',
  '≥': '\\ge ',
  '≠': '\\ne ',
  '±': '\\pm ',
  '∓': '\\mp ',
  '∪': '\\cup ',
  '∈': '\\in ',
  '∅': '\\emptyset ',
  '°': '\\degrees ',
  '²': '^2',
  '³': '^3',
  '，': ',',
  '：': ':',
  '（': '(',
  '）': ')',
  '\u00a0': ' ',
};

const SPECIAL = new RegExp(`[${Object.keys(CHARACTERS).join('')}]`, 'gu');

function withoutUnicode(text: string): string {
  return text
    .replace(/[½⅓-⅞¼¾]/gu, (character) => `\\frac{${character.normalize('NFKC').replace('\u2044', '}{')}}`)
    .replace(/[⁰¹²³⁴-⁹⁻ⁿ]{2,}|[⁰¹⁴-⁹ⁿ]/gu, (run) => `^{${run.normalize('NFKC').replace('\u2212', '-')}}`)
    .replace(SPECIAL, (character) => CHARACTERS[character] ?? character);
}

/** Around the whole answer: $...$, \(...\), \[...\], \boxed{...}, asterisks of Markdown. */
function withoutWrappers(text: string): string {
  let inner = text;
  for (let turn = 0; turn < 4; turn++) {
    const before = inner;
    inner = inner
      .replace(/^\*\*(.*)\*\*$/s, '$1')
      .replace(/^\$+([^$]*)\$+\.?$/s, '$1')
      .replace(/^\\\((.*)\\\)\.?$/s, '$1')
      .replace(/^\\\[(.*)\\\]\.?$/s, '$1')
      .replace(/^\\boxed\{([^{}]*)\}$/, '$1')
      .trim();
    if (inner === before) break;
  }
  return inner;
}
