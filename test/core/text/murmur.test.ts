import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { hashText } from '../../../core/text/murmur.ts';

const golden = JSON.parse(readFileSync('test/golden/text/murmur.json', 'utf8')) as { text: string; bytes: string }[];

describe('the hash of a text', () => {
  it('is the first 64 bits of MurmurHash3 of its UTF-16LE bytes, as mmh3 computes it', () => {
    assert.ok(golden.length > 30);
    for (const { text, bytes } of golden) {
      const expected = Buffer.from(bytes, 'hex');
      const { low, high } = hashText(text);
      assert.deepEqual([low, high], [expected.readInt32LE(0), expected.readInt32LE(4)], JSON.stringify(text));
    }
  });
});
