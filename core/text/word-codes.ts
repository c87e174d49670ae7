// The words of a text as 64-bit numbers, read without making strings: a filter over a million rows looks at each word a
// few times and forgets it. Plain ASCII is scanned; any other text takes the way of regular expressions, with the same result.
import { finished } from './murmur.ts';
import { foldedWords, words } from './words.ts';

/** Codes of words, or of runs of words, in order; filled anew for every text. */
export class WordCodes {
  low = new Int32Array(256);
  high = new Int32Array(256);
  count = 0;

  push(low: number, high: number): void {
    if (this.count === this.low.length) {
      this.low = lengthened(this.low);
      this.high = lengthened(this.high);
    }
    this.low[this.count] = low;
    this.high[this.count++] = high;
  }
}

/** The characters that stand in words, in lower case, by ASCII code; 0 for all others. */
const WORD_CHARACTERS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[a-z0-9]/i.test(character) ? character.toLowerCase().charCodeAt(0) : 0;
});

const ZERO = 48;
const NINE = 57;
const LOW_START = 0x811c9dc5 | 0;
const HIGH_START = 0x9747b28c | 0;

/** Fills `out` with the codes of `words(text)`. */
export function readWords(text: string, out: WordCodes): void {
  out.count = 0;
  if (scanWords(text, out)) return;
  out.count = 0;
  for (const word of words(text)) pushWord(word, out);
}

/** Fills `out` with the codes of `foldedWords(text)`: every number is 0. */
export function readFoldedWords(text: string, out: WordCodes): void {
  out.count = 0;
  if (scanFoldedWords(text, out)) return;
  out.count = 0;
  for (const word of foldedWords(text)) pushWord(word, out);
}

/** The code of one word, which is in lower case. */
export function pushWord(word: string, out: WordCodes): void {
  let low = LOW_START;
  let high = HIGH_START;
  for (let index = 0; index < word.length; index++) {
    const code = word.charCodeAt(index);
    low = lowWith(low, code);
    high = highWith(high, code);
  }
  out.push(finished(low), finished(high));
}

/** False at the first character that is not ASCII. */
function scanWords(text: string, out: WordCodes): boolean {
  let low = LOW_START;
  let high = HIGH_START;
  let inside = false;
  for (let index = 0; index < text.length; index++) {
    const found = text.charCodeAt(index);
    if (found > 127) return false;
    const code = WORD_CHARACTERS[found]!;
    if (code !== 0) {
      low = lowWith(low, code);
      high = highWith(high, code);
      inside = true;
    } else if (inside) {
      out.push(finished(low), finished(high));
      low = LOW_START;
      high = HIGH_START;
      inside = false;
    }
  }
  if (inside) out.push(finished(low), finished(high));
  return true;
}

/** As `scanWords`, but a run of digits, with one decimal point or comma inside, counts as the character 0. */
function scanFoldedWords(text: string, out: WordCodes): boolean {
  let low = LOW_START;
  let high = HIGH_START;
  let inside = false;
  for (let index = 0; index < text.length; index++) {
    const found = text.charCodeAt(index);
    if (found > 127) return false;
    const isDigit = found >= ZERO && found <= NINE;
    if (isDigit) index = endOfNumber(text, index) - 1;
    const code = isDigit ? ZERO : WORD_CHARACTERS[found]!;
    if (code !== 0) {
      low = lowWith(low, code);
      high = highWith(high, code);
      inside = true;
    } else if (inside) {
      out.push(finished(low), finished(high));
      low = LOW_START;
      high = HIGH_START;
      inside = false;
    }
  }
  if (inside) out.push(finished(low), finished(high));
  return true;
}

function endOfNumber(text: string, start: number): number {
  let end = endOfDigits(text, start);
  const sign = text.charCodeAt(end);
  // A point or a comma that digits follow.
  if (sign === 46 || sign === 44) end = Math.max(end, endOfDigits(text, end + 1, end));
  return end;
}

/** Where the digits from `start` end; `without` where there are none. */
function endOfDigits(text: string, start: number, without = start): number {
  let end = start;
  for (let code = text.charCodeAt(end); code >= ZERO && code <= NINE; code = text.charCodeAt(end)) end++;
  return end === start ? without : end;
}

function lowWith(low: number, code: number): number {
  return Math.imul(low ^ code, 0x01000193);
}

function highWith(high: number, code: number): number {
  const product = Math.imul(high ^ code, 0x85ebca6b);
  return product ^ (product >>> 13);
}

function lengthened(values: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(values.length * 2);
  longer.set(values);
  return longer;
}
