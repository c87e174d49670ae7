import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatherTexts, readTexts, wordsOf } from '../../../../core/diversity/measures/text-set.ts';
import { goldenSamples, goldenTexts, textsOf } from './golden.ts';

describe('text set', () => {
  it('has the words that the rule restated in Python gives, equal words with equal numbers', () => {
    const texts = readTexts(goldenSamples);
    const wordOfNumber = new Map<number, string>();
    goldenTexts.words.forEach((expected, text) => {
      const numbers = wordsOf(texts, text);
      assert.equal(numbers.length, expected.length, `words of text ${text}`);
      expected.forEach((word, place) => {
        const number = numbers[place]!;
        assert.equal(wordOfNumber.get(number) ?? word, word);
        wordOfNumber.set(number, word);
      });
    });
    assert.equal(wordOfNumber.size, new Set(goldenTexts.words.flat()).size);
    assert.equal(wordOfNumber.size, texts.vocabulary);
  });

  it('joins prompt and completion, so that no word runs over the border', () => {
    const texts = readTexts([{ prompt: 'one two', completion: 'three' }]);
    assert.deepEqual(texts.raw, ['one two\nthree']);
    assert.equal(texts.words.length, 3);
  });

  it('takes texts in the order asked for, empty ones included', () => {
    const taken = gatherTexts(textsOf('a b', '', 'b c d'), [2, 1, 0]);
    assert.deepEqual(taken.raw, ['\nb c d', '\n', '\na b']);
    assert.deepEqual(Array.from(taken.starts), [0, 3, 3, 5]);
    assert.deepEqual(Array.from(taken.words), [1, 2, 3, 0, 1]);
  });
});
