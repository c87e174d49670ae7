// Text as comparable words: Unicode compatibility forms folded, lower case, punctuation gone. LaTeX is left as words, so
// `\frac{1}{2}` reads "frac 1 2".

// Scripts written without blanks count one word a character, or a whole sentence would be a single word.
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}\p{N}])+/gu;

/** NFKC and lower case: the form that words and keys are read from. */
export function foldText(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** The words of a text in order: runs of letters, marks and digits after folding. */
export function words(text: string): string[] {
  return foldText(text).match(WORD) ?? [];
}

/** The words joined by single blanks. */
export function normaliseText(text: string): string {
  return words(text).join(' ');
}
