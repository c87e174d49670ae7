import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { numbersOf, readUnnumberedProse, unnumberedProseWords } from '../../../core/text/decontamination-text.ts';
import { WordCodes } from '../../../core/text/word-codes.ts';

function unnumbered(text: string): number[] {
  const codes = new WordCodes();
  readUnnumberedProse(text, codes);
  return Array.from(codes.low.subarray(0, codes.count));
}

describe('the numbers of a text', () => {
  for (const [text, expected] of [
    ['It costs $1,250.50 for 3.0 kg, or three.', ['1250.50', '3', '3']],
    ['x_1 and 2y', ['1', '2']],
    ['one of twelve', ['12']],
    ['[asy] draw((7,8)); [/asy] and 9', ['9']],
    ['none', []],
  ] as const) {
    it(`are ${expected.join(' and ') || 'none'} in ${JSON.stringify(text)}`, () => {
      assert.deepEqual(numbersOf(text), expected);
    });
  }
});

describe('a text without its numbers', () => {
  it('is the same for digits, decimals and number words', () => {
    const first = unnumbered('Buy 3 pens for $1.50.');
    assert.equal(first.length, 5);
    assert.deepEqual(unnumbered('buy twelve pens for 2'), first);
    assert.notDeepEqual(unnumbered('buy some pens for 2'), first);
  });

  it('shows 0 for digits', () => {
    assert.deepEqual(unnumberedProseWords('Buy 3 pens for $1.50'), ['buy', '0', 'pens', 'for', '0']);
  });
});
