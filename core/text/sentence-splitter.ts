// Sentences as NLTK's Punkt tokenizer finds them (Kiss and Strunk 2006): a period ends a sentence unless what is known of the word
// before and the word after it speaks for an abbreviation, an initial or an ordinal.
import { blank, withoutBlanksAtEnd } from './python-characters.ts';

/** What Punkt learned from a language's texts. Words are types: lower case, numbers as ##number##. */
export interface SentenceModel {
  readonly abbreviations: ReadonlySet<string>;
  /** Pairs of a word before a period and the word after it, joined by a tab. */
  readonly collocations: ReadonlySet<string>;
  readonly starters: ReadonlySet<string>;
  /** How a word was seen, as a sum of flags: 2, 4, 8 upper case first, inside, somewhere; 16, 32, 64 lower case. */
  readonly contexts: ReadonlyMap<string, number>;
}

/** Which characters close a sentence beside the ASCII ones: none in NLTK 3.9, curly quotes and guillemets from 3.10 on. */
export type ClosingQuotes = '' | '‘’“”«»';

/** The sentences of a text without the white space between them. */
export function splitSentences(text: string, model: SentenceModel, quotes: ClosingQuotes): string[] {
  const patterns = patternsFor(quotes);
  const slices: Slice[] = [];
  let start = 0;
  for (const { place, context, after, next } of possibleEnds(text, patterns)) {
    if (!hasSentenceBreak(context, model, patterns)) continue;
    slices.push({ start, end: place + 1 });
    start = next === '' ? place + 1 : place + 1 + after.length - next.length;
  }
  slices.push({ start, end: withoutBlanksAtEnd(text).length });
  return realigned(text, slices, patterns)
    .map((slice) => text.slice(slice.start, slice.end))
    .filter((sentence) => sentence !== '');
}

interface Slice {
  readonly start: number;
  readonly end: number;
}

interface Patterns {
  readonly words: RegExp;
  readonly ends: RegExp;
  readonly closing: RegExp;
}

const known = new Map<ClosingQuotes, Patterns>();

function patternsFor(quotes: ClosingQuotes): Patterns {
  const found = known.get(quotes);
  if (found !== undefined) return found;
  const mark = String.raw`[)";}\]*:@'({\[${quotes}!?]`;
  const several = String.raw`(?:-{2,}|\.{2,}|(?:\.[${blank}]){2,}\.)`;
  const end = String.raw`(?:[${blank}]|$|${mark}|${several}|,(?=$|[${blank}]|${mark}|${several}))`;
  const patterns = {
    words: new RegExp(String.raw`${several}|(?=[^("\x60{\[:;&#*@)}\]\-,])[^${blank}]+?(?=${end})|[^${blank}]`, 'gu'),
    ends: new RegExp(String.raw`[.?!](?=(${mark}|[${blank}]+([^${blank}]+)))`, 'gu'),
    // Closing marks that stand before white space, a dash or the end of a line belong to the sentence before.
    closing: new RegExp(String.raw`^["')\]}${quotes}]+?(?:[${blank}]+|(?=--)|(?=\n)|$)`, 'u'),
  };
  known.set(quotes, patterns);
  return patterns;
}

interface PossibleEnd {
  /** Of the period, question or exclamation mark. */
  readonly place: number;
  /** The word before, the mark, and what comes after. */
  readonly context: string;
  readonly after: string;
  /** The word after white space; '' where a mark follows at once. */
  readonly next: string;
}

/** Of marks that end one word, such as `!!!`, the last. */
function possibleEnds(text: string, { ends }: Patterns): PossibleEnd[] {
  const found: PossibleEnd[] = [];
  let previous: { readonly slice: Slice; readonly end: PossibleEnd } | null = null;
  for (const match of text.matchAll(ends)) {
    const [, after = '', next = ''] = match;
    const { start: from, end: until }: Slice = previous?.slice ?? { start: 0, end: 0 };
    const blankBefore = lastAsciiBlank(text.slice(until, match.index));
    const slice: Slice = { start: blankBefore > 0 ? until + blankBefore + 1 : from, end: match.index };
    if (previous !== null && until <= slice.start) found.push(previous.end);
    const context = text.slice(slice.start, match.index + 1) + after;
    previous = { slice, end: { place: match.index, context, after, next } };
  }
  if (previous !== null) found.push(previous.end);
  return found;
}

/** 0 where there is none, or where it is the first character. */
function lastAsciiBlank(text: string): number {
  for (let place = text.length - 1; place > 0; place--) if (' \t\n\r\v\f'.includes(text.charAt(place))) return place;
  return 0;
}

/** Moves marks that close a sentence from the start of the next one to its end. */
function realigned(text: string, slices: readonly Slice[], { closing }: Patterns): Slice[] {
  let moved = 0;
  return slices.map((slice, index) => {
    const start = slice.start + moved;
    moved = 0;
    const next = slices[index + 1];
    if (next === undefined) return { start, end: slice.end };
    const marks = closing.exec(text.slice(next.start, next.end))?.[0];
    if (marks === undefined) return { start, end: slice.end };
    moved = marks.length;
    return { start, end: next.start + withoutBlanksAtEnd(marks).length };
  });
}

/** A word of Punkt, with what was decided about the period that ends it. */
interface Word {
  readonly text: string;
  readonly type: string;
  isBreak: boolean;
  isAbbreviation: boolean;
  readonly isEllipsis: boolean;
}

/** The last word is only context: a break after it is none. */
function hasSentenceBreak(context: string, model: SentenceModel, { words }: Patterns): boolean {
  const found = context.split('\n').flatMap((line) => [...line.matchAll(words)].map(([text]) => wordOf(text, model)));
  found.slice(0, -1).forEach((word, place) => {
    judge(word, found[place + 1]!, model);
  });
  return found.slice(0, -1).some(({ isBreak }) => isBreak);
}

function wordOf(text: string, { abbreviations }: SentenceModel): Word {
  const type = text.toLowerCase().replace(/^-?[.,]?\p{Nd}[\p{Nd},.-]*\.?$/u, '##number##');
  const isEllipsis = /^\.\.+$/.test(text);
  const word = { text, type, isEllipsis, isBreak: false, isAbbreviation: false };
  if (['.', '?', '!'].includes(text)) return { ...word, isBreak: true };
  if (!text.endsWith('.') || text.endsWith('..')) return word;
  const stem = text.slice(0, -1).toLowerCase();
  const isAbbreviation = abbreviations.has(stem) || abbreviations.has(stem.split('-').at(-1)!);
  return { ...word, isBreak: !isAbbreviation, isAbbreviation };
}

/** Decides again about a word that ends in a period, from the word after it. */
function judge(word: Word, next: Word, model: SentenceModel): void {
  if (!word.text.endsWith('.')) return;
  const type = withoutPeriod(word.type);
  const nextType = next.isBreak ? withoutPeriod(next.type) : next.type;
  const isInitial = /^[\p{L}\p{Nl}\p{No}_]\.$/u.test(word.text);
  if (model.collocations.has(`${type}\t${nextType}`)) {
    word.isBreak = false;
    word.isAbbreviation = true;
    return;
  }
  const context = model.contexts.get(nextType) ?? 0;
  const starts = startsSentence(next.text, context);
  if ((word.isAbbreviation || word.isEllipsis) && !isInitial) {
    if (starts === true || (isUpper(next.text) && model.starters.has(nextType))) {
      word.isBreak = true;
      return;
    }
  }
  if (!isInitial && type !== '##number##') return;
  const isName = starts === null && isInitial && isUpper(next.text) && (context & lowerCase) === 0;
  if (starts !== false && !isName) return;
  word.isBreak = false;
  word.isAbbreviation = true;
}

const upperCase = 2 | 4 | 8;
const upperCaseInside = 4;
const lowerCase = 16 | 32 | 64;
const lowerCaseFirst = 16;

/** Null where the ways in which the word was seen do not tell. */
function startsSentence(text: string, context: number): boolean | null {
  if ([';', ':', ',', '.', '!', '?'].includes(text)) return false;
  if (isUpper(text) && (context & lowerCase) !== 0 && (context & upperCaseInside) === 0) return true;
  const isLower = /^\p{Lowercase}/u.test(text);
  if (isLower && ((context & upperCase) !== 0 || (context & lowerCaseFirst) === 0)) return false;
  return null;
}

function isUpper(text: string): boolean {
  return /^\p{Uppercase}/u.test(text);
}

function withoutPeriod(type: string): string {
  return type.length > 1 && type.endsWith('.') ? type.slice(0, -1) : type;
}
