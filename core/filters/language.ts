// Whether a text is in the language that is wanted. Only prose tells a language: formulas, code and short texts never refuse a sample.
import type { FilterRefusal } from './refusal.ts';

/** What a language identifier does; an adapter implements it. */
export interface LanguageDetector {
  detect(text: string): DetectedLanguage;
}

export interface DetectedLanguage {
  /** ISO 639-1 code. */
  readonly language: string;
  /** Whether the identifier stands by it. */
  readonly reliable: boolean;
  /** How much each language looks like the text, 0 to 1; none for one that does not. */
  readonly scores: Readonly<Record<string, number>>;
}

/** Words of prose below which nothing is said: identifiers guess at fewer. */
const FEWEST_WORDS = 8;
/** How much less the wanted language must look like the text: short English with foreign names looks like both. */
const LEAST_LEAD = 0.1;
/** Formulas, code and links. */
const NO_PROSE =
  /\$\$.*?\$\$|\$[^$]*\$|\\\[.*?\\\]|\\\(.*?\\\)|\[asy\].*?(?:\[\/asy\]|$)|```.*?(?:```|$)|\\[A-Za-z]+(?:\{[^{}]*\})*|https?:\S+/gs;
/** Two letters or more, or one character of a script without blanks. */
const PROSE_WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|\p{L}[\p{L}\p{M}'’]+/gu;

/**
 * Null for a text in the language `wanted` (ISO 639-1), and for one of which nothing reliable can be said. The reason is
 * `other-language`.
 */
export function languageRefusal(detector: LanguageDetector, wanted: string, text: string): FilterRefusal | null {
  const prose = text.replace(NO_PROSE, ' ');
  if ((prose.match(PROSE_WORD) ?? []).length < FEWEST_WORDS) return null;
  const { language, reliable, scores } = detector.detect(prose);
  if (!reliable || language === wanted) return null;
  if ((scores[language] ?? 0) - (scores[wanted] ?? 0) < LEAST_LEAD) return null;
  return { reason: 'other-language', detail: `${language}, expected ${wanted}` };
}
