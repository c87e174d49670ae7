import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  distinctMeasure,
  distinctShare,
  ngramEntropy,
  ngramEntropyMeasure,
} from '../../../../core/diversity/measures/ngrams.ts';
import { readTexts } from '../../../../core/diversity/measures/text-set.ts';
import { assertNear, goldenSamples, goldenTexts, textsOf } from './golden.ts';

const texts = readTexts(goldenSamples);
const set = { count: goldenSamples.length, key: 'golden', texts };

describe('n-gram entropy', () => {
  it('is the entropy of the pooled counts restated in Python, 1e-9', () => {
    goldenTexts.entropies.forEach((expected, place) => {
      assertNear(ngramEntropy(texts, place + 1), expected);
    });
    assertNear(ngramEntropyMeasure.measure(set).value, goldenTexts.entropies[1]!);
  });

  it('is ln k for k equally frequent n-grams, and 0 for one', () => {
    assertNear(ngramEntropy(textsOf('a b', 'c d', 'e f'), 2), Math.log(3), 1e-12);
    assert.equal(ngramEntropy(textsOf('a b', 'a b', 'a b'), 2), 0);
  });

  it('has no value where no text is long enough', () => {
    assert.throws(() => ngramEntropy(textsOf('one', 'two'), 2), {
      type: 'InvalidData',
      message: /no text has 2 words/,
    });
  });
});

describe('distinct-n', () => {
  it('agrees with vendi-score 0.0.3 by order and in the mean, 1e-9', () => {
    goldenTexts.distinctShares.forEach((expected, place) => {
      assertNear(distinctShare(texts, place + 1), expected);
    });
    assertNear(distinctMeasure.measure(set).value, goldenTexts.distinct);
  });

  it('counts by hand: a b a has 2 distinct of 3 words and 2 of 2 bigrams', () => {
    assertNear(distinctShare(textsOf('a b a'), 1), 2 / 3);
    assert.equal(distinctShare(textsOf('a b a'), 2), 1);
    assert.throws(() => distinctShare(textsOf(''), 1), { type: 'InvalidData', message: /no text has 1 word$/ });
  });
});
