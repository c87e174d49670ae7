// Where a text states its final answer.

/**
 * The final answer that `text` states: what its last `\boxed{...}` holds. Without a box, what follows the last `####`, on
 * the last line or where that is a bare number: models write headings with `####` too. Null when there is neither, or when
 * the answer is blank.
 */
export function finalAnswer(text: string): string | null {
  return nonBlank(lastBox(text)) ?? nonBlank(markedLine(text));
}

/**
 * In the order of Qwen2.5-Math: `final answer is $...$. I hope`; the final answer that is marked as such; what follows
 * `he answer is`, then `final answer is`; the last number. Null when there is none of them.
 */
export function statedAnswer(text: string): string | null {
  const minerva = text.lastIndexOf('final answer is $');
  const hope = minerva < 0 ? -1 : text.indexOf('$. I hope', minerva);
  if (hope >= 0) return nonBlank(text.slice(minerva + 'final answer is $'.length, hope));
  const marked = finalAnswer(text);
  if (marked !== null) return marked;
  return phrased(text, 'he answer is') ?? phrased(text, 'final answer is') ?? lastNumber(text);
}

/** What students that were never taught a marker end on. */
function lastNumber(text: string): string | null {
  const end = text.slice(-LONGEST_ENDING).match(/-?\d[\d,]*(?:\.\d+)?(?:\/\d+)?|-?\.\d+/g);
  const found = (end ?? text.match(/-?\d[\d,]*(?:\.\d+)?(?:\/\d+)?|-?\.\d+/g))?.at(-1);
  return found?.replace(/,+$/, '') ?? null;
}

/** Characters at the end that are searched before the whole text is. */
const LONGEST_ENDING = 2000;

/** The rest of the line after the last `phrase`: its first formula in dollar signs, or up to the end of the sentence. */
function phrased(text: string, phrase: string): string | null {
  const at = text.lastIndexOf(phrase);
  if (at < 0) return null;
  const line = /^[\s:]*([^\n]*)/.exec(text.slice(at + phrase.length))?.[1] ?? '';
  const formula = /^(?:\*\*)?\$+([^$]+)\$+/.exec(line)?.[1] ?? /^\\[([](.*?)\\[)\]]/.exec(line)?.[1];
  const sentence = line.split(/[.!](?=\s|$)|\*\*(?=\s|$)|,?\s+(?:because|since)\b/)[0];
  return nonBlank(formula ?? sentence?.replace(/^\*\*|\*\*$/g, ''));
}

/** What the braces after the last `\boxed` hold, braces inside counted; `\boxed 5` holds one word. */
function lastBox(whole: string): string | null {
  const start = Math.max(whole.lastIndexOf('\\boxed'), whole.lastIndexOf('\\fbox'));
  if (start < 0) return null;
  const text = whole.slice(start);
  const open = /^\\(?:boxed|fbox)\s*\{/.exec(text)?.[0];
  if (!open) return /^\\boxed\s+([^\s$]+)/.exec(text)?.[1] ?? null;
  let depth = 1;
  for (let at = open.length; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    if (depth === 0) return text.slice(open.length, at);
  }
  return null;
}

function markedLine(text: string): string | null {
  const lines = text.trimEnd().split('\n');
  const marked = lines.findLastIndex((line) => line.includes('####'));
  const answer = /.*####+[ \t]*(.*)$/.exec(lines[marked] ?? '')?.[1]?.replace(/^(?:final )?answer\s*(?::|is)\s*/i, '');
  if (answer === undefined) return null;
  return marked === lines.length - 1 || BARE_NUMBER.test(answer.trim()) ? answer : null;
}

const BARE_NUMBER = /^[-$]*\d(?:[\d,./]*\d)?%?$/;

function nonBlank(text: string | null | undefined): string | null {
  const answer = text?.trim() ?? '';
  return answer === '' ? null : answer;
}
