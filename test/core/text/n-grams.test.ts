import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ngramKeys } from '../../../core/text/n-grams.ts';

describe('n-gram keys', () => {
  it('are equal for equal runs of words wherever they stand', () => {
    const keys = ngramKeys(['x', 'a', 'b', 'c', 'y', 'a', 'b', 'c'], 3);
    assert.equal(keys.length, 6);
    assert.equal(keys[1], keys[5]);
    assert.equal(new Set(keys).size, 5);
  });

  it('tell order and word borders apart', () => {
    const key = (words: string[]) => ngramKeys(words, words.length)[0];
    assert.notEqual(key(['a', 'b']), key(['b', 'a']));
    assert.notEqual(key(['ab', 'c']), key(['a', 'bc']));
    assert.notEqual(key(['a', 'a', 'b']), key(['a', 'b', 'b']));
  });

  it('are whole numbers of 53 bits without a collision among 200,000 pairs', () => {
    const words = Array.from({ length: 500 }, (_, index) => `word${index}`);
    const seen = new Set<number>();
    for (const first of words.slice(0, 400)) {
      for (const second of words) seen.add(ngramKeys([first, second], 2)[0]!);
    }
    assert.equal(seen.size, 200_000);
    for (const key of seen) assert.ok(Number.isSafeInteger(key) && key >= 0);
  });

  it('are none for a text shorter than n', () => {
    assert.equal(ngramKeys(['a', 'b'], 3).length, 0);
    assert.equal(ngramKeys([], 1).length, 0);
  });
});
