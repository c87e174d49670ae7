// How decontamination reads a text: as its words, and as its words with every number 0, so that a copy with other numbers is
// found as such. Drawing code, which unrelated problems share, is not read.
import { pushWord, readFoldedWords, readWords, WordCodes } from './word-codes.ts';
import { foldedWords, words } from './words.ts';

/** Asymptote figures. */
const DRAWING = /\[asy\].*?(?:\[\/asy\]|$)/gs;
const NUMBER = /\p{Nd}+(?:[.,]\p{Nd}+)*/gu;
/** Number words that people and models swap with digits; "one" is left out, being a pronoun as often. */
const NUMBER_WORDS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 thirteen:13 fourteen:14 fifteen:15 ' +
    'sixteen:16 seventeen:17 eighteen:18 nineteen:19 twenty:20 thirty:30 forty:40 fifty:50 sixty:60 seventy:70 eighty:80 ninety:90'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);
const NUMBER_WORD_CODES = new Set(codesOf(Object.keys(NUMBER_WORDS)).low);
const ZERO = codesOf(['0']);

/** Reads the words of a text without its drawings. */
export function readProse(text: string, out: WordCodes): void {
  readWords(withoutDrawings(text), out);
}

/** As `readProse`, every number being 0, whether in digits or a word. */
export function readUnnumberedProse(text: string, out: WordCodes): void {
  readFoldedWords(withoutDrawings(text), out);
  for (let word = 0; word < out.count; word++) {
    if (!NUMBER_WORD_CODES.has(out.low[word]!)) continue;
    out.low[word] = ZERO.low[0]!;
    out.high[word] = ZERO.high[0]!;
  }
}

/** The words of a text without its drawings, to be shown. */
export function proseWords(text: string): string[] {
  return words(withoutDrawings(text));
}

/** The same with every number in digits as 0. */
export function unnumberedProseWords(text: string): string[] {
  return foldedWords(withoutDrawings(text));
}

/** The numbers of a text without its drawings, ascending as strings; `3`, `3.0` and `three` are one, `3.5` and `3,000` are numbers of their own. */
export function numbersOf(text: string): string[] {
  const prose = withoutDrawings(text);
  const digits = prose.match(NUMBER) ?? [];
  const spelt = words(prose).flatMap((word) => NUMBER_WORDS[word] ?? []);
  return [...digits.map((number) => number.replace(/,/g, '').replace(/\.0+$/, '')), ...spelt].sort();
}

function withoutDrawings(text: string): string {
  return text.includes('[asy]') ? text.replace(DRAWING, ' ') : text;
}

function codesOf(list: readonly string[]): WordCodes {
  const codes = new WordCodes();
  for (const word of list) pushWord(word, codes);
  codes.low = codes.low.slice(0, codes.count);
  return codes;
}
