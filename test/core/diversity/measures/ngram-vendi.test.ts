import { describe, it } from 'node:test';
import { ngramVendi } from '../../../../core/diversity/measures/ngram-vendi.ts';
import { readTexts } from '../../../../core/diversity/measures/text-set.ts';
import { assertNear, goldenSamples, goldenTexts, textsOf } from './golden.ts';

describe('n-gram Vendi', () => {
  it('agrees with vendi-score 0.0.3 on the golden texts, 1e-9', () => {
    assertNear(ngramVendi(readTexts(goldenSamples)), goldenTexts.ngramVendi);
  });

  it('counts texts without a common word, short and empty ones included, and equal texts once', () => {
    assertNear(ngramVendi(textsOf('a b c d', 'e f g h', 'i')), 3, 1e-12);
    assertNear(ngramVendi(textsOf('a b c d e', 'a b c d e')), 1, 1e-12);
    assertNear(ngramVendi(textsOf('')), 1, 1e-12);
  });
});
