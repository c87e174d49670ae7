// The n-gram Vendi score (Friedman & Dieng 2022): texts are as similar as their counts of word n-grams.
import { symmetricEigenvalues } from '../eigenvalues.ts';
import { vendiScore } from '../vendi.ts';
import { defineMeasure } from './measure.ts';
import { countsInText, ngramCodes } from './ngram-codes.ts';
import type { TextSet } from './text-set.ts';

const ORDERS = [1, 2, 3, 4];
/** The eigenvalues of a 1,000 x 1,000 matrix take some two seconds. */
const ROW_LIMIT = 1000;

/**
 * Vendi score, order 1, of the mean over n = 1 to 4 of the cosines between n-gram counts; in [1, n]. A text of fewer than
 * n words is at order n like itself and no other (the package `vendi-score` gives it similarity 0 to itself).
 */
export function ngramVendi(texts: TextSet): number {
  const count = texts.raw.length;
  const similarities = new Float64Array(count * count);
  for (const order of ORDERS) addSimilarities(similarities, texts, order);
  const scale = 1 / (ORDERS.length * count);
  return vendiScore(
    symmetricEigenvalues(
      similarities.map((value) => value * scale),
      count,
    ),
  );
}

export const ngramVendiMeasure = defineMeasure({
  name: 'ngram-vendi',
  describes: 'Effective number of texts by shared word n-grams, n = 1 to 4; larger is more diverse.',
  moreDiverse: 'larger',
  needs: ['texts'],
  rowLimit: ROW_LIMIT,
  measure: ({ texts }) => ngramVendi(texts),
});

function addSimilarities(similarities: Float64Array, texts: TextSet, order: number): void {
  const count = texts.raw.length;
  const ngrams = ngramCodes(texts, order);
  const holders = Array.from({ length: ngrams.distinct }, (): { text: number; weight: number }[] => []);
  for (let text = 0; text < count; text++) {
    const { codes, times } = countsInText(ngrams, text);
    const length = Math.sqrt(times.reduce((sum, time) => sum + time * time, 0));
    if (codes.length === 0) similarities[text * count + text] = similarities[text * count + text]! + 1;
    codes.forEach((code, index) => holders[code]!.push({ text, weight: times[index]! / length }));
  }
  for (const pairs of holders) {
    for (const left of pairs) {
      for (const right of pairs) {
        const place = left.text * count + right.text;
        similarities[place] = similarities[place]! + left.weight * right.weight;
      }
    }
  }
}
