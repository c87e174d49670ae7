import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { pushWord, readFoldedWords, readWords, WordCodes } from '../../../core/text/word-codes.ts';
import { foldedWords, words } from '../../../core/text/words.ts';

function codesOf(list: readonly string[]): number[][] {
  const codes = new WordCodes();
  for (const word of list) pushWord(word, codes);
  return pairs(codes);
}

function read(reader: typeof readWords, text: string): number[][] {
  const codes = new WordCodes();
  reader(text, codes);
  return pairs(codes);
}

function pairs({ low, high, count }: WordCodes): number[][] {
  return Array.from({ length: count }, (_, at) => [low[at]!, high[at]!]);
}

const textOf = (...characters: string[]) => fc.string({ unit: fc.constantFrom(...characters), maxLength: 40 });
const ascii = fc.string({ unit: 'binary-ascii', maxLength: 60 });
const numeric = textOf('1', '23', '.', ',', ' ', 'x', 'K', '-', '\n', '_');
const mixed = textOf('a', 'É', 'e\u0301', '1', '.', '5', '²', '×', '求', ' ', '—', '٣', 'ß', 'İ');

describe('word codes', () => {
  for (const [name, texts] of Object.entries({ ascii, numeric, mixed })) {
    it(`are those of the words of a text (${name})`, () => {
      fc.assert(fc.property(texts, (text) => assert.deepEqual(read(readWords, text), codesOf(words(text)))));
    });

    it(`are those of the folded words of a text (${name})`, () => {
      fc.assert(
        fc.property(texts, (text) => assert.deepEqual(read(readFoldedWords, text), codesOf(foldedWords(text)))),
      );
    });
  }

  it('of a text are forgotten when the next is read', () => {
    const codes = new WordCodes();
    readWords('one two three', codes);
    readWords('four', codes);
    assert.deepEqual(pairs(codes), codesOf(['four']));
  });

  it('of a long text are all there', () => {
    const text = Array.from({ length: 3000 }, (_, index) => `w${index}`).join(' ');
    assert.deepEqual(read(readWords, text), codesOf(text.split(' ')));
  });
});
