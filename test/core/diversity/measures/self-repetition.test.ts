import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { selfRepetition } from '../../../../core/diversity/measures/self-repetition.ts';
import { readTexts } from '../../../../core/diversity/measures/text-set.ts';
import { assertNear, goldenSamples, goldenTexts, textsOf } from './golden.ts';

describe('self-repetition', () => {
  it('agrees with the package diversity 0.3.1, 1e-9', () => {
    assertNear(selfRepetition(readTexts(goldenSamples)), goldenTexts.selfRepetition);
  });

  it('counts the other texts that share an n-gram, not how often it is repeated inside one', () => {
    assert.equal(selfRepetition(textsOf('a b c d a b c d', 'x', '')), 0);
    assertNear(selfRepetition(textsOf('a b c d', 'a b c d a b c d', 'z a b c d')), Math.log(3), 1e-12);
  });
});
