// Signs of a text that was cut off, mangled or left half filled in by its generator, whatever its task.
import type { FilterRefusal } from './refusal.ts';

/** Characters that a wrong decoding leaves behind, and controls that no text needs. */
const MANGLED =
  /[\ufffd\u0000-\u0008\u000b\u000c\u000e-\u001f]|\u00e2\u20ac[\u2122\u0153\u201c]|\u00c3[\u00a9\u00a8\u00b1]/;
/**
 * Places that a template leaves for something: [[Problem]] of our own, {{name}}, <question>, [INSERT ...]. LaTeX doubles braces
 * around less, [[x]] is the greatest integer, and <answer>5</answer> is filled.
 */
const PLACEHOLDER =
  /\[\[\s*(?:problem|question|solution|answer)\s*\d*\s*\]\]|(?<![\\^_\w{}])\{\{\s*[A-Za-z_]\w{3,}\s*\}\}|<(question|answer|problem|name|placeholder)>(?![^]*<\/\1>)|\[INSERT\b[^\]]*\]/i;
/** Markers of chat templates, which a completion holds when its model did not stop. */
const CHAT_MARKER = /<\|[a-z_]+\|>|<\/?s>|\[\/?INST\]|^(?:assistant|user|system)\n/m;
/** How often in a row a text says the same before it goes in circles. */
const REPEATS = 4;
const LETTER = /\p{L}/u;

/** Null for a text that is whole. Reasons: `mangled-characters`, `placeholder`, `chat-marker`, `unclosed-math`, `unclosed-code`, `repeats-itself`. */
export function formatRefusal(text: string): FilterRefusal | null {
  return (
    found('mangled-characters', MANGLED, text) ??
    found('placeholder', PLACEHOLDER, text) ??
    found('chat-marker', CHAT_MARKER, text) ??
    unclosed(text) ??
    repetition(text)
  );
}

function found(reason: string, pattern: RegExp, text: string): FilterRefusal | null {
  const match = pattern.exec(text);
  return match === null ? null : { reason, detail: `${JSON.stringify(match[0])} at character ${match.index}` };
}

/** Code fences, display brackets and `\boxed{` that never close: the text was cut. A single dollar may be money. */
function unclosed(text: string): FilterRefusal | null {
  if (count(text, /```/g) % 2 === 1) return { reason: 'unclosed-code', detail: 'a code fence has no end' };
  for (const [open, close] of [
    ['\\[', '\\]'],
    ['\\(', '\\)'],
    ['\\begin{', '\\end{'],
  ] as const) {
    const [opened, closed] = [occurrences(text, open), occurrences(text, close)];
    if (opened > closed) return { reason: 'unclosed-math', detail: `${opened} ${open} and ${closed} ${close}` };
  }
  const start = text.lastIndexOf('\\boxed{');
  if (start < 0 || closesBrace(text, start + '\\boxed{'.length)) return null;
  return { reason: 'unclosed-math', detail: `\\boxed{ at character ${start} has no end` };
}

/** The same line `REPEATS` times in a row, or the same ending of five to forty words. Without a letter both may be a matrix. */
function repetition(text: string): FilterRefusal | null {
  const lines = text.split('\n').map((line) => line.trim());
  let run = 1;
  for (let at = 1; at < lines.length; at++) {
    run = lines[at] === lines[at - 1] ? run + 1 : 1;
    if (run === REPEATS && LETTER.test(lines[at]!))
      return { reason: 'repeats-itself', detail: `${REPEATS} times ${JSON.stringify(lines[at])}` };
  }
  const tail = text
    .trim()
    .split(/\s+/)
    .slice(-40 * REPEATS);
  for (let length = 5; length * REPEATS <= tail.length; length++) {
    const last = tail.slice(-length * REPEATS);
    if (last.every((word, at) => word === last[at % length]) && last.some((word) => LETTER.test(word))) {
      return {
        reason: 'repeats-itself',
        detail: `ends in ${REPEATS} times ${JSON.stringify(last.slice(0, length).join(' '))}`,
      };
    }
  }
  return null;
}

function closesBrace(text: string, start: number): boolean {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return true;
  }
  return false;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Of a LaTeX bracket that no further backslash stands before: `\\[2pt]` is a line break. */
function occurrences(text: string, bracket: string): number {
  let found = 0;
  for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) found++;
  }
  return found;
}
