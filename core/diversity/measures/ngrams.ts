// How much the n-grams of a set repeat, counted over all its texts together: bigram entropy and distinct-n.
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { defineMeasure } from './measure.ts';
import { ngramCodes, ngramCounts } from './ngram-codes.ts';
import type { TextSet } from './text-set.ts';

const DISTINCT_ORDERS = [1, 2, 3, 4];

/**
 * Shannon entropy in nats of the distribution of word n-grams over the whole set; n-grams do not cross texts.
 * @throws {PermanentError} `InvalidData` when no text has n words
 */
export function ngramEntropy(texts: TextSet, n: number): number {
  const counts = ngramCounts(ngramCodes(texts, n));
  const total = counts.reduce((a, b) => a + b, 0);
  if (total === 0) throw tooShort(`${n}-gram entropy`, n);
  // Rounding leaves -0 or -1e-16 for a single n-gram: an entropy is not negative.
  return Math.max(0, Math.log(total) - counts.reduce((sum, count) => sum + count * Math.log(count), 0) / total);
}

/**
 * Distinct n-grams / all n-grams (Li et al. 2016), pooled over the set; in (0, 1].
 * @throws {PermanentError} `InvalidData` when no text has n words
 */
export function distinctShare(texts: TextSet, n: number): number {
  const { codes, distinct } = ngramCodes(texts, n);
  if (codes.length === 0) throw tooShort(`distinct-${n}`, n);
  return distinct / codes.length;
}

export const ngramEntropyMeasure = defineMeasure({
  name: 'ngram-entropy',
  describes: 'Entropy of word bigrams over the set, nats; larger is more diverse, and grows with the amount of text.',
  moreDiverse: 'larger',
  needs: ['texts'],
  measure: ({ texts }) => ngramEntropy(texts, 2),
});

export const distinctMeasure = defineMeasure({
  name: 'distinct-n',
  describes:
    'Share of word n-grams that are distinct, mean of n = 1 to 4; larger is more diverse, falls with the amount.',
  moreDiverse: 'larger',
  needs: ['texts'],
  measure: ({ texts }) => DISTINCT_ORDERS.reduce((sum, n) => sum + distinctShare(texts, n), 0) / DISTINCT_ORDERS.length,
});

function tooShort(where: string, n: number): PermanentError {
  return new PermanentError(FailureType.InvalidData, `${where}: no text has ${n} ${n === 1 ? 'word' : 'words'}`);
}
