// Cuts a normalised answer into numbers, letters, words, commands and signs.

export interface Token {
  readonly kind: 'number' | 'letter' | 'word' | 'command' | 'sign';
  /** A command without its backslash; `\{` and `\}` are the commands `{` and `}`, a row's end is the command `\`. */
  readonly text: string;
  /** Blanks stand before it. */
  readonly spaced: boolean;
}

/** More is not a final answer; the work of everything that follows is bounded by it. */
const MOST_TOKENS = 1000;

/** Null where a character is none of ours or there are more than MOST_TOKENS. */
export function tokensOf(text: string): readonly Token[] | null {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(PATTERN)) {
    if (match.index !== end || tokens.length >= MOST_TOKENS) return null;
    end = match.index + match[0].length;
    const { blank = '', number, text: words, command, run, sign } = match.groups ?? {};
    const spaced = blank !== '';
    if (number !== undefined) tokens.push({ kind: 'number', text: number, spaced });
    else if (words !== undefined) tokens.push({ kind: 'word', text: words.trim(), spaced });
    else if (command !== undefined) tokens.push({ kind: 'command', text: command, spaced });
    else if (run !== undefined) tokens.push(...runOf(run, spaced));
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, spaced });
  }
  return end === text.length ? tokens.filter(({ kind, text: own }) => kind !== 'word' || own !== '') : null;
}

const PATTERN =
  /(?<blank>\s*)(?:(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4}(?![\d.a-zA-Z]))?)|\\text\{(?<text>[^{}]*)\}|\\(?<command>[a-zA-Z]+|[{}|\\])|(?<run>[a-zA-Z]+(?:'[a-zA-Z]+)*)|(?<sign>[-+*/^_=<>()[\]{}|,;:!&'])|(?=\s*$))/g;

/** Written without a backslash, as in plain text. */
const PLAIN_COMMANDS = new Set(
  'sqrt pi sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log exp infty'.split(' '),
);
const RENAMED: Readonly<Record<string, string>> = { inf: 'infty', infinity: 'infty', union: 'cup', asin: 'arcsin' };
/** Words of up to three letters: between answers, and the usual signs of units. */
const SHORT_WORDS = new Set('and or mm cm km kg mg ml lb lbs ft oz mph kph hr hrs min sec mi yd'.split(' '));

/** Up to three letters are a product of letters, unless they are a name or a short word; more are a word. */
function runOf(run: string, spaced: boolean): readonly Token[] {
  const name = RENAMED[run.toLowerCase()] ?? run;
  if (PLAIN_COMMANDS.has(name) || name === 'cup') return [{ kind: 'command', text: name, spaced }];
  if (run.length > 3 || SHORT_WORDS.has(run)) return [{ kind: 'word', text: run, spaced }];
  return Array.from(run, (text, at): Token => ({ kind: 'letter', text, spaced: spaced && at === 0 }));
}
