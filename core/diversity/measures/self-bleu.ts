// Self-BLEU (Zhu et al. 2018): BLEU-4 of every text against all others, as nltk's sentence_bleu with smoothing method1.
// The clip of an n-gram is its largest count in another text, so the two largest counts of the set answer for all texts:
// the cost is linear in the number of words and no set is too large for the exact value.
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { defineMeasure } from './measure.ts';
import type { NgramCodes } from './ngram-codes.ts';
import { countsInText, ngramCodes } from './ngram-codes.ts';
import type { TextSet } from './text-set.ts';

const ORDERS = [1, 2, 3, 4];
/** What method1 of Chen & Cherry 2014 puts in place of no match, as nltk has it. */
const SMOOTHING_COUNT = 0.1;

/**
 * Mean BLEU-4 of each text against the others, in [0, 1]; a text without a word in common with the others counts 0.
 * @throws {PermanentError} `InvalidData` when there is only one text
 */
export function selfBleu(texts: TextSet): number {
  const textCount = texts.raw.length;
  if (textCount < 2) {
    throw new PermanentError(FailureType.InvalidData, 'self-bleu: one text has no others to compare it with');
  }
  const logPrecisions = new Float64Array(textCount);
  for (const order of ORDERS) addLogPrecisions(logPrecisions, ngramCodes(texts, order), order);
  const lengths = Array.from({ length: textCount }, (_, text) => texts.starts[text + 1]! - texts.starts[text]!);
  const closest = closestLengths(lengths);
  const total = lengths.reduce((sum, length, text) => {
    if (logPrecisions[text] === -Infinity) return sum;
    return sum + Math.exp(logPrecisions[text]! / ORDERS.length + Math.min(0, 1 - closest[text]! / length));
  }, 0);
  return total / textCount;
}

export const selfBleuMeasure = defineMeasure({
  name: 'self-bleu',
  describes: 'Mean BLEU-4 of each text against all others; smaller is more diverse, grows with the amount of text.',
  moreDiverse: 'smaller',
  needs: ['texts'],
  measure: ({ texts }) => selfBleu(texts),
});

function addLogPrecisions(logPrecisions: Float64Array, ngrams: NgramCodes, order: number): void {
  const highest = highestCounts(ngrams, logPrecisions.length);
  for (let text = 0; text < logPrecisions.length; text++) {
    const { codes, times } = countsInText(ngrams, text);
    let matches = 0;
    let total = 0;
    codes.forEach((code, index) => {
      const elsewhere = highest.holder[code] === text ? highest.second[code]! : highest.first[code]!;
      matches += Math.min(times[index]!, elsewhere);
      total += times[index]!;
    });
    const unmatched = order === 1 ? 0 : SMOOTHING_COUNT;
    logPrecisions[text] = logPrecisions[text]! + Math.log((matches || unmatched) / Math.max(1, total));
  }
}

/** By n-gram: its largest count in one text, that text, and its largest count in any other text. */
interface HighestCounts {
  readonly first: Int32Array;
  readonly holder: Int32Array;
  readonly second: Int32Array;
}

function highestCounts(ngrams: NgramCodes, textCount: number): HighestCounts {
  const first = new Int32Array(ngrams.distinct);
  const second = new Int32Array(ngrams.distinct);
  const holder = new Int32Array(ngrams.distinct);
  for (let text = 0; text < textCount; text++) {
    const { codes, times } = countsInText(ngrams, text);
    codes.forEach((code, index) => {
      const count = times[index]!;
      if (count > first[code]!) {
        second[code] = first[code]!;
        first[code] = count;
        holder[code] = text;
      } else if (count > second[code]!) {
        second[code] = count;
      }
    });
  }
  return { first, second, holder };
}

/** For each length the nearest length of another text, the shorter of two equally near. */
function closestLengths(lengths: readonly number[]): number[] {
  const sorted = lengths.slice().sort((a, b) => a - b);
  const firstPlace = new Map<number, number>();
  sorted.forEach((length, place) => {
    if (!firstPlace.has(length)) firstPlace.set(length, place);
  });
  return lengths.map((length) => {
    const place = firstPlace.get(length)!;
    const above = sorted[place + 1] ?? Infinity;
    const below = sorted[place - 1] ?? -Infinity;
    return above - length < length - below ? above : below;
  });
}
