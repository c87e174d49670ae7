import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NgramHolders } from '../../../core/text/ngram-holders.ts';
import { WordCodes } from '../../../core/text/word-codes.ts';

function codesOf(grams: readonly number[]): WordCodes {
  const codes = new WordCodes();
  for (const gram of grams) codes.push(gram, -gram);
  return codes;
}

describe('holders of n-grams', () => {
  it('are the rows that hold each, once', () => {
    const gram = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(fc.array(fc.array(gram)), (rows) => {
        const holders = new NgramHolders();
        const sizes = rows.map((grams, row) => holders.add(codesOf(grams), row));
        assert.deepEqual(sizes, rows.map((grams) => new Set(grams).size)); // prettier-ignore
        assert.equal(holders.count, new Set(rows.flat()).size);
        for (let wanted = 1; wanted <= 7; wanted++) {
          const expected = rows.flatMap((grams, row) => (grams.includes(wanted) ? [row] : []));
          const found: number[] = [];
          const place = holders.find(wanted, -wanted);
          if (place >= 0) holders.forEachRow(place, (row) => found.push(row));
          assert.deepEqual(found.reverse(), expected);
        }
      }),
    );
  });
});
