// Short texts by number.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PackedTexts } from '../../../core/text/packed-texts.ts';

describe('packed texts', () => {
  it('gives every text back by its number, across chunks, empty and wide ones too', () => {
    const texts = Array.from({ length: 60_000 }, (_, number) => {
      return number % 7 === 0 ? '' : `r1/writer/${number}-${'é中😀'.repeat(number % 5)}`;
    });
    const packed = new PackedTexts();
    texts.forEach((text, number) => assert.equal(packed.add(text), number));
    assert.equal(packed.count, texts.length);
    texts.forEach((text, number) => assert.equal(packed.at(number), text));
  });

  it('takes a text longer than a chunk', () => {
    const packed = new PackedTexts();
    const long = 'ab'.repeat(1 << 20);
    for (const text of ['first', long, 'last']) packed.add(text);
    assert.deepEqual([packed.at(0), packed.at(1) === long, packed.at(2)], ['first', true, 'last']);
  });

  it('keeps a byte-order mark at the start of a text', () => {
    const packed = new PackedTexts();
    packed.add('\uFEFFid');
    assert.equal(packed.at(0), '\uFEFFid');
  });
});
