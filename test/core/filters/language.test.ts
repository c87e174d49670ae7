import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DetectedLanguage } from '../../../core/filters/language.ts';
import { languageRefusal } from '../../../core/filters/language.ts';

const GERMAN: DetectedLanguage = { language: 'de', reliable: true, scores: { de: 0.8, en: 0.5 } };
const SENTENCE = 'Eight words of prose stand in this sentence.';

function refusal(text: string, change: Partial<DetectedLanguage> = {}) {
  return languageRefusal({ detect: () => ({ ...GERMAN, ...change }) }, 'en', text);
}

describe('language filter', () => {
  it('refuses what is reliably another language', () => {
    assert.deepEqual(refusal(SENTENCE), { reason: 'other-language', detail: 'de, expected en' });
  });

  it('keeps the wanted language, what is unreliable, and what looks almost as much like the wanted one', () => {
    assert.equal(refusal(SENTENCE, { language: 'en' }), null);
    assert.equal(refusal(SENTENCE, { reliable: false }), null);
    assert.equal(refusal(SENTENCE, { scores: { de: 0.8, en: 0.75 } }), null);
  });

  it('asks nobody about short texts, formulas and code', () => {
    const texts = [
      '',
      'Berechne x.',
      '123 + 456 = ?',
      `$${SENTENCE}$`,
      `\\[${SENTENCE}\\]`,
      `\`\`\`\n${SENTENCE}\n\`\`\``,
    ];
    for (const text of [...texts, 'a b c d e f g h i j k', '\\alpha\\beta\\gamma '.repeat(9)])
      assert.equal(refusal(text), null, text);
  });

  it('shows the identifier the prose only', () => {
    const shown: string[] = [];
    const detector = {
      detect(text: string) {
        shown.push(text.trim());
        return GERMAN;
      },
    };
    languageRefusal(detector, 'en', `${SENTENCE} $x^2$`);
    assert.deepEqual(shown, [SENTENCE]);
  });
});
