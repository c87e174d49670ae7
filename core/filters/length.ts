// Bounds on how long the parts of a sample are, in characters or words.
import { words } from '../text/words.ts';
import type { FilterRefusal } from './refusal.ts';

/** Both included. */
export interface LengthRange {
  readonly least: number;
  readonly most: number;
}

export type LengthUnit = 'characters' | 'words';

/**
 * Null when the length of `text` is within the range. Characters are Unicode code points of the trimmed text, words are those of
 * core/text/words.ts. The reason is `<part>-too-short` or `<part>-too-long`.
 */
export function lengthRefusal(
  part: string,
  text: string,
  { least, most }: LengthRange,
  unit: LengthUnit = 'characters',
): FilterRefusal | null {
  const length = unit === 'characters' ? codePoints(text.trim()) : words(text).length;
  if (length >= least && length <= most) return null;
  return {
    reason: `${part}-too-${length < least ? 'short' : 'long'}`,
    detail: `${length} ${unit}, expected ${least} to ${most}`,
  };
}

function codePoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // The second half of a pair was counted with the first.
    if (code < 0xdc00 || code > 0xdfff) count++;
  }
  return count;
}
