// Self-repetition (Salkar et al. 2022, in the form of the Python package `diversity`): 4-grams shared with other texts.
import { defineMeasure } from './measure.ts';
import { countsInText, ngramCodes } from './ngram-codes.ts';
import type { TextSet } from './text-set.ts';

/** Mean over texts of ln(1 + sum over the text's distinct n-grams of the number of other texts that have it); from 0. */
export function selfRepetition(texts: TextSet, n = 4): number {
  const ngrams = ngramCodes(texts, n);
  const holders = new Int32Array(ngrams.distinct);
  const textCount = texts.raw.length;
  for (let text = 0; text < textCount; text++) {
    for (const code of countsInText(ngrams, text).codes) holders[code] = holders[code]! + 1;
  }
  let total = 0;
  for (let text = 0; text < textCount; text++) {
    const { codes } = countsInText(ngrams, text);
    total += Math.log1p(codes.reduce((sum, code) => sum + holders[code]! - 1, 0));
  }
  return total / textCount;
}

export const selfRepetitionMeasure = defineMeasure({
  name: 'self-repetition',
  describes:
    'Mean ln(1 + word 4-grams shared with other texts); smaller is more diverse, grows with length and amount.',
  moreDiverse: 'smaller',
  needs: ['texts'],
  measure: ({ texts }) => selfRepetition(texts),
});
