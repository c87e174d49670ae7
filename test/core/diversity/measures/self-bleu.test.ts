import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { selfBleu } from '../../../../core/diversity/measures/self-bleu.ts';
import { readTexts } from '../../../../core/diversity/measures/text-set.ts';
import { assertNear, goldenSamples, goldenTexts, textsOf } from './golden.ts';

type Words = readonly string[];

function counts(words: Words, n: number): Map<string, number> {
  const found = new Map<string, number>();
  for (let start = 0; start + n <= words.length; start++) {
    const ngram = words.slice(start, start + n).join(' ');
    found.set(ngram, (found.get(ngram) ?? 0) + 1);
  }
  return found;
}

/** BLEU-4 of one text against references by its definition, pair by pair. */
function bleu(words: Words, references: readonly Words[]): number {
  const logs = [1, 2, 3, 4].map((n) => {
    const own = Array.from(counts(words, n));
    const matches = own.reduce(
      (sum, [ngram, times]) =>
        sum + Math.min(times, Math.max(...references.map((other) => counts(other, n).get(ngram) ?? 0))),
      0,
    );
    const total = own.reduce((sum, [, times]) => sum + times, 0);
    return Math.log((matches > 0 || n === 1 ? matches : 0.1) / Math.max(1, total));
  });
  const gaps = references.map((other) => Math.abs(other.length - words.length));
  const near = references.filter((_, index) => gaps[index] === Math.min(...gaps)).map((other) => other.length);
  const precision = Math.exp(logs.reduce((a, b) => a + b, 0) / 4);
  return precision === 0 ? 0 : precision * Math.exp(Math.min(0, 1 - Math.min(...near) / words.length));
}

describe('self-BLEU', () => {
  it('agrees with nltk (sentence_bleu, method1) on the golden texts, 1e-9', () => {
    assertNear(selfBleu(readTexts(goldenSamples)), goldenTexts.selfBleu);
  });

  it('is the mean BLEU of each text against the others, by its definition', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 9 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 6 }), (documents) => {
        const expected = documents.map((words, index) => bleu(words, documents.toSpliced(index, 1)));
        assertNear(
          selfBleu(textsOf(...documents.map((words) => words.join(' ')))),
          expected.reduce((a, b) => a + b, 0) / documents.length,
        );
      }),
    );
  });

  it('is 1 for equal texts of four words or more, 0 for texts without a common word', () => {
    assertNear(selfBleu(textsOf('a b c d e', 'a b c d e', 'a b c d e')), 1, 1e-12);
    assert.equal(selfBleu(textsOf('a b c d', 'e f g h', '')), 0);
  });

  it('has no value for one text', () => {
    assert.throws(() => selfBleu(textsOf('a b')), { type: 'InvalidData', message: /no others/ });
  });
});
