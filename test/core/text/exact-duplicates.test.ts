import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { duplicateKey, findDuplicates } from '../../../core/text/exact-duplicates.ts';

const MATH_TRAIN = '../shared/data/math/math-train-answers.jsonl';

describe('duplicate key', () => {
  for (const [first, second] of [
    ['What is $x^{2}$?', 'what  is x^2'],
    ['$\\log_{10}\\sin x+ 1$', '$\\log_{10} \\sin x + 1$'],
    ['$\\left( a\\,b \\right)$', '$(a b)$'],
    ['It costs 5 – 3.', 'It costs 5 - 3'],
    ['He said “yes”.', 'He said "yes"'],
  ] as const) {
    it(`is one for ${first} and ${second}`, () => {
      assert.equal(duplicateKey(first), duplicateKey(second));
    });
  }

  for (const [first, second] of [
    ['z^4 - z^2 + 1', 'z^4 + z^2 + 1'],
    ['tan 225', 'tan 22.5'],
    ['.5 kg', '5 kg'],
    ['(a+b)*c', 'a+(b*c)'],
    ['\\frac{12}{3}', '\\frac{1}{23}'],
    ['x^{10}', 'x^1 0'],
    ['1, 2', '12'],
    ['5!', '5'],
    ['50%', '50'],
    ['a < b', 'a > b'],
  ] as const) {
    it(`tells ${first} from ${second}`, () => {
      assert.notEqual(duplicateKey(first), duplicateKey(second));
    });
  }
});

describe('duplicates', () => {
  it('keep the first by order and name it for the rest', () => {
    assert.deepEqual(findDuplicates(['One', 'two', 'one.', 'ONE', 'three', 'Two']), {
      kept: [0, 1, 4],
      duplicates: [
        { index: 2, of: 0 },
        { index: 3, of: 0 },
        { index: 5, of: 1 },
      ],
    });
  });

  it('account for every text', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'A', 'b', 'b!', 'c', '')), (texts) => {
        const { kept, duplicates } = findDuplicates(texts);
        assert.equal(kept.length + duplicates.length, texts.length);
        for (const { index, of } of duplicates) assert.ok(of < index && kept.includes(of));
      }),
    );
  });

  const skip = existsSync(MATH_TRAIN) ? false : `missing ${MATH_TRAIN}`;
  it('finds the two MATH train problems that occur twice with other spacing', { skip }, () => {
    const lines = readFileSync(MATH_TRAIN, 'utf8').split('\n').filter(Boolean);
    const problems = lines.map((line) => (JSON.parse(line) as { problem: string }).problem);
    const { kept, duplicates } = findDuplicates(problems);
    assert.equal(duplicates.length, 2);
    assert.equal(kept.length, 7496);
  });
});
