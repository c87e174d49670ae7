// MinHash of word n-grams (Broder 1997) in buckets, or bands (Leskovec, Rajaraman, Ullman, ch. 3): two texts whose sets of
// n-grams have Jaccard similarity s share at least one bucket of r hashes out of b with probability 1 - (1 - s^r)^b.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { philoxBlock, streamKey } from '../random/philox.ts';
import { finished } from './murmur.ts';
import { ngramCodes } from './n-grams.ts';
import { readFoldedWords, readWords, WordCodes } from './word-codes.ts';

export interface MinHashProfile {
  /** Words of an n-gram. */
  readonly ngram: number;
  /** Bands, each of `hashes` hashes. */
  readonly buckets: number;
  readonly hashes: number;
  /** `folded`: every number is 0, so texts that differ in numbers only are equal. `kept`: numbers are words like others. */
  readonly numbers: 'folded' | 'kept';
}

/** datatrove's defaults: half of the pairs of similarity 0.685 are found, 92 % of those of 0.8, 5 % of those of 0.5. */
export const DATATROVE_MINHASH: MinHashProfile = { ngram: 5, buckets: 14, hashes: 8, numbers: 'folded' };

/** As datatrove's, but numbers tell texts apart: for tasks where a problem with other numbers is another problem. */
export const NUMBERED_MINHASH: MinHashProfile = { ...DATATROVE_MINHASH, numbers: 'kept' };

/** The probability that two texts of Jaccard similarity `similarity` share a bucket. */
export function shareProbability(similarity: number, { buckets, hashes }: MinHashProfile): number {
  return 1 - (1 - similarity ** hashes) ** buckets;
}

/**
 * A function that gives the 64-bit key of each bucket of a text, low and high halves in turn, in an array that the next call
 * overwrites; null for a text of fewer than `ngram` words.
 * @throws {PermanentError} `InvalidConfig` when a size is not a positive integer
 */
export function bucketHasher(profile: MinHashProfile): (text: string) => Int32Array | null {
  requireProfile(profile);
  const { ngram, buckets, hashes } = profile;
  const { factors, offsets } = permutations(buckets * hashes);
  const read = profile.numbers === 'folded' ? readFoldedWords : readWords;
  const [words, grams] = [new WordCodes(), new WordCodes()];
  const least = new Int32Array(buckets * hashes);
  const keys = new Int32Array(2 * buckets);
  return (text) => {
    read(text, words);
    ngramCodes(words, ngram, grams);
    if (grams.count === 0) return null;
    takeLeast(grams, factors, offsets, least);
    for (let bucket = 0; bucket < buckets; bucket++) bucketKey(least, bucket * hashes, hashes, keys, bucket * 2);
    return keys;
  };
}

function takeLeast(grams: WordCodes, factors: Int32Array, offsets: Int32Array, least: Int32Array): void {
  least.fill(0x7fff_ffff);
  for (let gram = 0; gram < grams.count; gram++) {
    const code = grams.low[gram]!;
    for (let hash = 0; hash < least.length; hash++) {
      const value = (Math.imul(code, factors[hash]!) + offsets[hash]!) | 0;
      if (value < least[hash]!) least[hash] = value;
    }
  }
}

/** x -> a x + b over 32 bits with odd a: each a permutation of the already mixed codes. */
function permutations(count: number): { factors: Int32Array; offsets: Int32Array } {
  const key = streamKey('minhash');
  const factors = new Int32Array(count);
  const offsets = new Int32Array(count);
  for (let hash = 0; hash < count; hash++) {
    const [factor, offset] = philoxBlock(key, hash);
    factors[hash] = factor | 1;
    offsets[hash] = offset;
  }
  return { factors, offsets };
}

function bucketKey(least: Int32Array, start: number, length: number, keys: Int32Array, place: number): void {
  let low = 0;
  let high = 0;
  for (let at = start; at < start + length; at++) {
    low = (Math.imul(low, 0x9e3779b1) + finished(least[at]!)) | 0;
    high = (Math.imul(high, 0xc2b2ae35) + finished(least[at]! ^ 0x5bd1e995)) | 0;
  }
  keys[place] = finished(low);
  keys[place + 1] = finished(high);
}

function requireProfile({ ngram, buckets, hashes }: MinHashProfile): void {
  if ([ngram, buckets, hashes].every((size) => Number.isInteger(size) && size >= 1)) return;
  throw new PermanentError(
    FailureType.InvalidConfig,
    `near duplicates: ngram ${ngram}, ${buckets} buckets of ${hashes} hashes; expected positive whole numbers`,
  );
}
