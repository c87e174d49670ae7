// Features of sentence pairs with made-up vectors: what each looks at, and that nothing is not a number.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alignmentReader } from '../../../core/students/alignment-features.ts';
import { pairFeatures } from '../../../core/students/pair-features.ts';
import type { WordVectors } from '../../../core/students/word-vectors.ts';

const vocabulary = ['dog', 'animal', 'cat', 'sleeps', 'the', 'not'];
/** dog and animal point nearly the same way; an unknown word has no token. */
const vectors: WordVectors = {
  dimension: 3,
  values: Float32Array.from([1, 0, 0, 2, 0.2, 0, 0, 1, 0, 0, 0, 1, 0.1, 0.1, 0.1, 0, -1, 0]),
  tokensOf: (text) =>
    text
      .toLowerCase()
      .split(/\W+/)
      .map((word) => vocabulary.indexOf(word))
      .filter((token) => token >= 0),
};
const read = alignmentReader(vectors);

describe('pair features', () => {
  it('are both means at unit length, their distance and their product', () => {
    const features = pairFeatures(vectors, { premise: 'dog', hypothesis: 'cat' });
    assert.deepEqual([...features], [1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0]);
  });

  it('are zero for a side without words', () => {
    assert.deepEqual([...pairFeatures(vectors, { premise: '', hypothesis: 'cat' })].slice(0, 3), [0, 0, 0]);
  });
});

describe('alignment features', () => {
  const pairs = [
    ['The dog sleeps', 'The dog sleeps'],
    ['The dog sleeps', 'The animal sleeps'],
    ['The dog sleeps', 'The cat sleeps'],
    ['The dog sleeps', 'The dog does not sleep'],
    ['', 'The dog sleeps'],
    ['The dog sleeps', '...'],
    ['3 dogs', "4 dogs don't"],
  ].map(([premise, hypothesis]) => ({ premise: premise!, hypothesis: hypothesis! }));

  it('are as many finite numbers for every pair, empty sides included', () => {
    const all = pairs.map(read);
    assert.deepEqual(new Set(all.map(({ length }) => length)), new Set([all[0]!.length]));
    assert.ok(all.flat().every(Number.isFinite));
  });

  it('tell a near word from a far one, and full coverage from none', () => {
    const [same, near, far] = pairs.map(read);
    assert.equal(same![0], 1);
    assert.equal(near![0], far![0]);
    assert.ok(near![3]! > 0.9 && far![3]! < 0.6, `worst covered words ${near![3]} and ${far![3]}`);
  });

  it('see a negation, a number that the premise lacks, and another order of words', () => {
    const differing = (a: (typeof pairs)[number], b: (typeof pairs)[number]) => {
      const [left, right] = [read(a), read(b)];
      return left.filter((value, place) => value !== right[place]).length;
    };
    const base = { premise: 'the dog sleeps', hypothesis: 'the dog sleeps' };
    assert.ok(differing(base, { ...base, hypothesis: 'sleeps the dog' }) > 0);
    assert.ok(differing({ premise: '3 dog', hypothesis: '3 dog' }, { premise: '3 dog', hypothesis: '4 dog' }) > 0);
    const denied = read({ premise: 'the dog sleeps', hypothesis: "the dog isn't" });
    assert.ok(denied.includes(1));
    assert.ok(differing({ ...base, hypothesis: 'the dog not' }, { ...base, hypothesis: 'the dog cat' }) > 0);
  });
});
