import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ngramCodes } from '../../../core/text/n-grams.ts';
import { readWords, WordCodes } from '../../../core/text/word-codes.ts';

function codesOf(text: string, n: number): string[] {
  const [words, grams] = [new WordCodes(), new WordCodes()];
  readWords(text, words);
  ngramCodes(words, n, grams);
  return Array.from({ length: grams.count }, (_, at) => `${grams.low[at]} ${grams.high[at]}`);
}

describe('n-gram codes', () => {
  it('are equal for equal runs of words wherever they stand', () => {
    const codes = codesOf('x a b c y a b c', 3);
    assert.equal(codes.length, 6);
    assert.equal(codes[1], codes[5]);
    assert.equal(new Set(codes).size, 5);
  });

  it('tell order and word borders apart', () => {
    assert.notDeepEqual(codesOf('a b', 2), codesOf('b a', 2));
    assert.notDeepEqual(codesOf('ab c', 2), codesOf('a bc', 2));
    assert.notDeepEqual(codesOf('a a b', 3), codesOf('a b b', 3));
  });

  it('have no collision among 200,000 pairs, nor do their high halves repeat more than chance lets them', () => {
    const words = Array.from({ length: 500 }, (_, index) => `word${index}`);
    const codes = words.slice(0, 400).flatMap((first) => words.flatMap((second) => codesOf(`${first} ${second}`, 2)));
    assert.equal(new Set(codes).size, 200_000);
    for (const half of [0, 1]) {
      // 200,000 numbers of 32 bits at random: 4.7 repeats expected, 15 with odds of 1e-4.
      const repeats = 200_000 - new Set(codes.map((code) => code.split(' ')[half])).size;
      assert.ok(repeats < 15, `${repeats} repeats in half ${half}`);
    }
  });

  it('are none for a text shorter than n', () => {
    assert.deepEqual(codesOf('a b', 3), []);
    assert.deepEqual(codesOf('', 1), []);
  });
});
