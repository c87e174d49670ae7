import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lengthRefusal } from '../../../core/filters/length.ts';

describe('length filter', () => {
  it('keeps texts whose length is a bound', () => {
    assert.equal(lengthRefusal('prompt', ' abc ', { least: 3, most: 3 }), null);
    assert.equal(lengthRefusal('prompt', 'one two', { least: 2, most: 2 }, 'words'), null);
  });

  it('names the part, the bound it breaks and the length', () => {
    assert.deepEqual(lengthRefusal('prompt', 'ab', { least: 3, most: 9 }), {
      reason: 'prompt-too-short',
      detail: '2 characters, expected 3 to 9',
    });
    assert.deepEqual(lengthRefusal('completion', 'one two, three', { least: 0, most: 2 }, 'words'), {
      reason: 'completion-too-long',
      detail: '3 words, expected 0 to 2',
    });
  });

  it('counts a character of two code units once', () => {
    assert.equal(lengthRefusal('prompt', '\u{1f600}\u{1f600}', { least: 2, most: 2 }), null);
  });
});
