// Text as comparable words: Unicode compatibility forms folded, lower case, punctuation gone. LaTeX is left as words, so
// `\frac{1}{2}` reads "frac 1 2".

// Scripts written without blanks count one word a character, or a whole sentence would be a single word.
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}\p{N}])+/gu;

/** A number in any script, with one decimal sign of any script inside: the pattern of datatrove. */
const NUMBER = /\p{Nd}+(?:[.,،٫⎖⎗⎘]\p{Nd}+)?/gu;
/** Whatever is no blank, punctuation, control character or ASCII symbol; signs such as × are words. */
const FOLDED_WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[^\s\p{P}\p{Cc}$+<=>^`|~])+/gu;

/** NFKC and lower case: the form that words and keys are read from. */
export function foldText(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** The words of a text in order: runs of letters, marks and digits after folding. */
export function words(text: string): string[] {
  return foldText(text).match(WORD) ?? [];
}

/**
 * The words of a text that count for near duplicates, as datatrove simplifies texts: lower case, every number 0, no punctuation, no
 * diacritics. Two differences: contractions and units are not split off, and scripts without blanks count one word a character.
 */
export function foldedWords(text: string): string[] {
  const plain = text
    .toLowerCase()
    .replace(NUMBER, '0')
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '');
  return plain.match(FOLDED_WORD) ?? [];
}

/** The words joined by single blanks. */
export function normaliseText(text: string): string {
  return words(text).join(' ');
}
