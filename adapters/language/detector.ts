// The language identifier eld behind the port of core/filters: n-gram scores of 60 languages, pure JavaScript, its tables in the package.
import type { LanguageDetector } from '../../core/filters/language.ts';

/** The tables, 1.6 MB, are read when this is called. */
export async function openLanguageDetector(): Promise<LanguageDetector> {
  const { eld } = await import('eld/small');
  return {
    detect(text) {
      const found = eld.detect(text);
      return { language: found.language, reliable: found.isReliable(), scores: found.getScores() };
    },
  };
}

/** ISO 639-1 codes of the languages that texts are told apart by. */
export async function detectedLanguages(): Promise<readonly string[]> {
  const { eld } = await import('eld/small');
  return Object.values(eld.info().Languages);
}
