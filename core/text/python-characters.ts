// What Python takes for white space and for a word character, as pieces of regular expressions with the flag u: JavaScript's \s
// has the byte order mark and lacks some separators, its \w and \b know ASCII only.

/** Inside a class; `str.isspace()`. */
export const blank = String.raw`\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;

/** Inside a class; `\w`. Combining marks are no word characters. */
export const wordCharacter = String.raw`\p{L}\p{N}_`;

const blanks = new RegExp(`[${blank}]+`, 'u');
const blankAlone = new RegExp(`^[${blank}]$`, 'u');

/** `str.split()`. */
export function splitAtBlanks(text: string): string[] {
  return text.split(blanks).filter((part) => part !== '');
}

/** `str.rstrip()`. Walks back from the end: a pattern would begin anew at every blank of a long run inside the text. */
export function withoutBlanksAtEnd(text: string): string {
  let end = text.length;
  while (end > 0 && blankAlone.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
