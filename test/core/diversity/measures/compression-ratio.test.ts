import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { compressionRatio } from '../../../../core/diversity/measures/compression-ratio.ts';
import { readTexts } from '../../../../core/diversity/measures/text-set.ts';
import { assertNear, goldenSamples, goldenTexts, textsOf } from './golden.ts';

const texts = readTexts(goldenSamples);

describe('compression ratio', () => {
  it('compresses the UTF-8 bytes of the texts joined by blanks, once', () => {
    const given: Uint8Array[] = [];
    const ratio = compressionRatio(texts, (bytes) => {
      given.push(bytes);
      return { length: 100 };
    });
    assert.deepEqual(given.map((bytes) => Buffer.from(bytes).toString()), [texts.raw.join(' ')]); // prettier-ignore
    assert.equal(ratio, goldenTexts.bytes / 100);
  });

  it("agrees with Python's gzip within 2 %, what two implementations of deflate differ by", () => {
    assertNear(compressionRatio(texts, gzipSync), goldenTexts.bytes / goldenTexts.gzipBytes, 0.02);
  });

  it('stands above the published code, which compresses twice, by the 23 bytes and more that costs', () => {
    const twice = compressionRatio(texts, (bytes) => gzipSync(gzipSync(bytes)));
    assertNear(twice, goldenTexts.publishedCompressionRatio, 0.02);
    assert.ok(compressionRatio(texts, gzipSync) > twice);
  });

  it('rises as a text is repeated', () => {
    const once = compressionRatio(textsOf('The ferry left at dawn.'), gzipSync);
    assert.ok(compressionRatio(textsOf(...Array<string>(50).fill('The ferry left at dawn.')), gzipSync) > 5 * once);
  });
});
