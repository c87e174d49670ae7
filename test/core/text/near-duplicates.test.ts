import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MinHashProfile } from '../../../core/text/minhash.ts';
import { bucketHasher, DATATROVE_MINHASH, NUMBERED_MINHASH, shareProbability } from '../../../core/text/minhash.ts';
import { openNearDuplicates } from '../../../core/text/near-duplicates.ts';

function firstsOf(texts: readonly string[], profile?: MinHashProfile): number[] {
  const finder = openNearDuplicates(profile);
  texts.forEach((text, row) => assert.equal(finder.add(text), row));
  const groups = finder.finish();
  assert.equal(groups.count, texts.length);
  return texts.map((_, row) => groups.firstOf(row));
}

/** `count` words that occur nowhere else. */
function invented(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${letters(index)}`);
}

/** Numbers would be folded. */
function letters(index: number): string {
  return index < 26 ? String.fromCharCode(97 + index) : letters(Math.floor(index / 26) - 1) + letters(index % 26);
}

const LONG =
  'A bakery sells loaves at 3 dollars each and on Monday it sold 120 of them before noon and 45 after noon, while on Tuesday ' +
  'the baker was ill and nobody bought anything; how much money did the bakery take on both days together?';

describe('near duplicates', () => {
  it('are the same for any case, punctuation, blanks, diacritics and numbers', () => {
    const twins = [
      LONG,
      LONG.toUpperCase().replace(/[,;?]/g, ' ! '),
      LONG.replace('bakery', 'bàkery'),
      LONG.replace('120', '7.5'),
    ];
    assert.deepEqual(firstsOf(twins), [0, 0, 0, 0]);
  });

  it('keep texts apart that differ in a number where numbers count', () => {
    // One number in 39 words changes 5 of 35 n-grams each: similarity 30 / 40 = 0.75, found with odds of 0.78, less for two numbers.
    const [first, other] = firstsOf(
      [LONG, LONG.replace('120', '7').replace('45', '9').replace('3', '8')],
      NUMBERED_MINHASH,
    );
    assert.deepEqual([first, other], [0, 1]);
    assert.deepEqual(firstsOf([LONG, `${LONG}!`], NUMBERED_MINHASH), [0, 0]);
  });

  it('keep the first of a chain, although its ends are unlike', () => {
    const words = invented('w', 200);
    const chain = Array.from({ length: 8 }, (_, step) => words.slice(step * 10, step * 10 + 130).join(' '));
    assert.deepEqual(firstsOf(['unlike all others in every word there is', ...chain]), [
      0,
      ...Array<number>(8).fill(1),
    ]);
    const [, end] = firstsOf([chain[0]!, chain[7]!]);
    assert.equal(end, 1, 'similarity 0.29');
  });

  it('are never texts of fewer words than an n-gram', () => {
    assert.deepEqual(firstsOf(['What is 2 + 2?', 'What is 2 + 2?', '', '']), [0, 1, 2, 3]);
  });

  it('give the same groups again', () => {
    const texts = Array.from({ length: 300 }, (_, row) => invented(`t${letters(row % 40)}`, 30 + (row % 3)).join(' '));
    assert.deepEqual(firstsOf(texts), firstsOf(texts));
    assert.deepEqual(firstsOf(texts), texts.map((_, row) => row % 40)); // prettier-ignore
  });

  it('need sizes that are positive whole numbers', () => {
    for (const change of [{ ngram: 0 }, { buckets: 1.5 }, { hashes: -1 }]) {
      assert.throws(() => openNearDuplicates({ ...DATATROVE_MINHASH, ...change }), { type: 'InvalidConfig' });
    }
  });
});

describe('the share of pairs that share a bucket', () => {
  const PAIRS = 1500;

  // 100 shared n-grams and `own` of each text's own: similarity 100 / (100 + 2 own).
  for (const own of [5, 12, 20, 26, 33, 50, 80]) {
    const similarity = 100 / (100 + 2 * own);
    it(`is 1 - (1 - s^8)^14 for s = ${similarity.toFixed(2)}`, () => {
      const keysOf = bucketHasher(DATATROVE_MINHASH);
      let shared = 0;
      for (let pair = 0; pair < PAIRS; pair++) {
        const name = `p${letters(pair)}x`;
        const common = invented(name, 104);
        // Each own n-gram holds one of `own - 4 + 4` new words at the end.
        const first = Int32Array.from(keysOf([...common, ...invented(`${name}y`, own)].join(' '))!);
        const second = keysOf([...common, ...invented(`${name}z`, own)].join(' '))!;
        shared += Number(
          first.some((low, at) => at % 2 === 0 && low === second[at] && first[at + 1] === second[at + 1]),
        );
      }
      const expected = shareProbability(similarity, DATATROVE_MINHASH);
      // Four standard errors, and one part in a hundred for the family of permutations, which is not quite min-wise independent.
      const tolerance = 4 * Math.sqrt((expected * (1 - expected)) / PAIRS) + 0.01;
      assert.ok(
        Math.abs(shared / PAIRS - expected) < tolerance,
        `${shared / PAIRS}, expected ${expected} +- ${tolerance}`,
      );
    });
  }
});
