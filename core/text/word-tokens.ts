// Tokens as nltk.word_tokenize cuts them: sentences by Punkt, each cut by the rules of the Penn Treebank in NLTK's form.
import { blank, splitAtBlanks, wordCharacter } from './python-characters.ts';
import type { SentenceModel } from './sentence-splitter.ts';
import { splitSentences } from './sentence-splitter.ts';

/** Whose rules: 3.10 treats dashes, curly quotes and opening apostrophes otherwise than 3.9 and those before. */
export const nltkReleases = ['3.9', '3.10'] as const;
export type NltkRelease = (typeof nltkReleases)[number];

export function wordTokens(text: string, model: SentenceModel, release: NltkRelease): string[] {
  const quotes = release === '3.9' ? '' : '‘’“”«»';
  return splitSentences(text, model, quotes).flatMap((sentence) => treebankTokens(sentence, release));
}

/** Tokens of one sentence. Straight double quotes become `` and ''. */
export function treebankTokens(sentence: string, release: NltkRelease): string[] {
  const before = beforePadding[release].reduce(applied, sentence);
  return splitAtBlanks(afterPadding.reduce(applied, ` ${before} `));
}

type Rule = readonly [pattern: RegExp, replacement: string];

function applied(text: string, [pattern, replacement]: Rule): string {
  return text.replace(pattern, replacement);
}

const start = `(?<![${wordCharacter}])`;
const end = `(?![${wordCharacter}])`;

const openingApostrophe: Readonly<Record<NltkRelease, Rule>> = {
  '3.9': [new RegExp(`(')(?!re|ve|ll|m|t|s|d|n)([${wordCharacter}])${end}`, 'giu'), '$1 $2'],
  '3.10': [new RegExp(`${start}(')(?!(?:re|ve|ll|m|t|s|d|n)${end})(?=[${wordCharacter}])`, 'giu'), '$1 '],
};

const dashes: Readonly<Record<NltkRelease, readonly Rule[]>> = {
  '3.9': [],
  '3.10': [[/[\u2012-\u2015]/g, ' $& ']],
};

const rulesOf = (release: NltkRelease): readonly Rule[] => [
  [/[«“‘„]|`+/g, ' $& '],
  [/^"/, '``'],
  [/``/g, ' `` '],
  [/([ ([{<])("|'{2})/g, '$1 `` '],
  openingApostrophe[release],
  // The final period, with the quotes and brackets behind it.
  [new RegExp(`([^.])(\\.)([\\])}>"'»”’ ]*)[${blank}]*$`, 'u'), '$1 $2 $3 '],
  [/([:,])(\P{Nd})/gu, ' $1 $2'],
  [/([:,])(?=\n?$)/g, ' $1 '],
  [/\.{2,}/g, ' $& '],
  [/[;@#$%&]/g, ' $& '],
  ...dashes[release],
  [new RegExp(`([^.])(\\.)([\\])}>"']*)[${blank}]*$`, 'u'), '$1 $2$3 '],
  [/[?!]/g, ' $& '],
  [/([^'])' /g, "$1 ' "],
  [/\*/g, ' $& '],
  [/[\][(){}<>]/g, ' $& '],
  [/--/g, ' -- '],
];

const beforePadding: Readonly<Record<NltkRelease, readonly Rule[]>> = {
  '3.9': rulesOf('3.9'),
  '3.10': rulesOf('3.10'),
};

const afterPadding: readonly Rule[] = [
  [/[»”’]/g, ' $& '],
  [/''/g, " '' "],
  [/"/g, " '' "],
  [new RegExp(`[${blank}]+`, 'gu'), ' '],
  [/([^' ])('[sS]|'[mM]|'[dD]|') /g, '$1 $2 '],
  [/([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) /g, '$1 $2 '],
  ...[
    ['can', 'not'],
    ['d', "'ye"],
    ['gim', 'me'],
    ['gon', 'na'],
    ['got', 'ta'],
    ['lem', 'me'],
    ['more', "'n"],
  ].map(([first, second]): Rule => [new RegExp(`${start}(${first})(${second})${end}`, 'giu'), ' $1 $2 ']),
  [new RegExp(`${start}(wan)(na)(?=[${blank}])`, 'giu'), ' $1 $2 '],
  ...['is', 'was'].map((verb): Rule => [new RegExp(` ('t)(${verb})${end}`, 'giu'), ' $1 $2 ']),
];
