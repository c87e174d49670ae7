// The words that stand behind a number: units mean nothing here, scales such as `million` and comparisons such as `than` do.

import type { Token } from './tokens.ts';

/** Without the words that follow a number, and the power of a unit; a scale becomes a factor. */
export function withoutUnits(tokens: readonly Token[]): readonly Token[] {
  const last = tokens.at(-1);
  // A union has a right side.
  if (tokens.length > 1 && last?.kind === 'command' && last.text === 'cup') return tokens.slice(0, -1);
  const first = tokens.findIndex(({ kind, text }) => kind === 'word' && !SEPARATORS.has(text));
  if (first <= 0) return tokens;
  const before = tokens[first - 1];
  const ends = before?.kind === 'number' || (before?.kind === 'sign' && '})'.includes(before.text));
  const letters = before?.kind === 'command' && before.text === 'pi';
  const rest = tokens.slice(first);
  const only = rest.every(
    ({ kind, text }, at) => kind === 'word' || kind === 'letter' || isUnitSign(text, rest[at - 1]),
  );
  const words = rest.map(({ text }) => text).join(' ');
  if (!(ends || letters) || !only || comparison.test(words)) return tokens;
  return [...tokens.slice(0, first), ...scalesOf(words)];
}

export const SEPARATORS: ReadonlySet<string> = new Set(['and', 'or', ', and', ', or', ',']);

/** Whether words behind a number make it another number or none at all. */
export function changeValue(words: string): boolean {
  return comparison.test(words) || scalesOf(words).length > 0;
}

const scales: Readonly<Record<string, string>> = {
  dozen: '12',
  hundred: '100',
  thousand: '1000',
  million: '1000000',
  billion: '1000000000',
  trillion: '1000000000000',
};

/** `5 more than x`, `5 or more`, `5 times x`: no number with a unit. `5 more apples` is one. */
const comparison = /\bthan\b|\bor (?:more|less|fewer|greater|higher|lower)\b|\b(?:times|of) [a-zA-Z]$/i;

/** A factor for each of the first words that is a scale. */
function scalesOf(words: string): readonly Token[] {
  const factors: Token[] = [];
  for (const word of words.toLowerCase().match(/[a-z]+/g) ?? []) {
    const text = scales[word.replace(/s$/, '')];
    if (text === undefined) break;
    factors.push({ kind: 'sign', text: '*', spaced: false }, { kind: 'number', text, spaced: false });
  }
  return factors;
}

function isUnitSign(text: string, before: Token | undefined): boolean {
  return '^/{}'.includes(text) || (/^[123]$/.test(text) && (before?.text === '^' || before?.text === '{'));
}
