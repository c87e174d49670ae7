import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { foldedWords, normaliseText, words } from '../../../core/text/words.ts';

describe('words of a text', () => {
  for (const [text, expected] of [
    ['  Hello,   WORLD!\n', 'hello world'],
    ['Find $\\frac{1}{2}x^2$.', 'find frac 1 2 x 2'],
    ['ﬁve ½ Ｗide', 'five 1 2 wide'],
    ['cre\u0301me cr\u00e9me', 'cr\u00e9me cr\u00e9me'],
    ["don't\u2010stop", 'don t stop'],
    ['求x的值', '求 x 的 值'],
    ['...', ''],
  ] as const) {
    it(`reads ${JSON.stringify(text)} as "${expected}"`, () => {
      assert.equal(normaliseText(text), expected);
    });
  }

  it('normalises a normalised text to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = normaliseText(text);
        assert.equal(normaliseText(once), once);
        assert.deepEqual(words(once), words(text));
      }),
    );
  });
});

describe('folded words', () => {
  const golden = JSON.parse(readFileSync('test/golden/text/folded-words.json', 'utf8')) as {
    text: string;
    words: string[];
  }[];

  it('are those of datatrove', () => {
    assert.ok(golden.length > 10);
    for (const { text, words: expected } of golden) assert.deepEqual(foldedWords(text), expected, text);
  });

  it('split scripts without blanks by character', () => {
    assert.deepEqual(foldedWords('求2x的值'), ['求', '0x', '的', '值']);
  });
});
