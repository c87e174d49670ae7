import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { countsInText, ngramCodes, ngramCounts } from '../../../../core/diversity/measures/ngram-codes.ts';
import { textsOf } from './golden.ts';

const texts = fc.array(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }), { minLength: 1, maxLength: 6 });

function ngramsOf(words: readonly string[], n: number): string[] {
  return words.slice(n - 1).map((_, start) => words.slice(start, start + n).join(' '));
}

describe('n-gram codes', () => {
  it('are equal exactly where the n-grams are, text by text', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 5 }), (documents, n) => {
        const found = ngramCodes(textsOf(...documents.map((words) => words.join(' '))), n);
        const codeOf = new Map<string, number>();
        documents.forEach((words, text) => {
          const codes = found.codes.slice(found.starts[text], found.starts[text + 1]);
          const expected = ngramsOf(words, n);
          assert.equal(codes.length, expected.length);
          expected.forEach((ngram, place) => {
            assert.equal(codeOf.get(ngram) ?? codes[place], codes[place]);
            codeOf.set(ngram, codes[place]!);
          });
        });
        assert.equal(new Set(codeOf.values()).size, codeOf.size);
        assert.equal(found.distinct, codeOf.size);
        assert.deepEqual(
          Array.from(codeOf.values()).sort((a, b) => a - b),
          Array.from(codeOf.keys(), (_, index) => index),
        );
      }),
    );
  });

  it('count over the set and within a text', () => {
    const codes = ngramCodes(textsOf('a a b a', 'b', 'b a'), 1);
    assert.deepEqual(Array.from(ngramCounts(codes)), [4, 3]);
    const first = countsInText(codes, 0);
    assert.deepEqual([Array.from(first.codes), Array.from(first.times)], [[0, 1], [3, 1]]); // prettier-ignore
    assert.deepEqual(Array.from(countsInText(ngramCodes(textsOf('a', 'b b'), 2), 0).codes), []);
  });
});
