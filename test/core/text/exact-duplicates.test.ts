import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { duplicateKey, openExactDuplicates } from '../../../core/text/exact-duplicates.ts';

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
  function firstsOf(texts: readonly string[]): number[] {
    const finder = openExactDuplicates();
    return texts.map((text) => finder.add(text));
  }

  it('are named by the first of their key', () => {
    assert.deepEqual(firstsOf(['One', 'two', 'one.', 'ONE', 'three', 'Two']), [0, 1, 0, 0, 4, 1]);
  });

  it('are found as by a map of all keys', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'A', 'b', 'b!', 'c', '')), (texts) => {
        const keys = texts.map(duplicateKey);
        assert.deepEqual(firstsOf(texts), keys.map((key) => keys.indexOf(key))); // prettier-ignore
      }),
    );
  });

  it('are found among 60,000 texts, and no others', () => {
    const texts = Array.from({ length: 60_000 }, (_, index) => `item ${index % 50_000}`);
    assert.deepEqual(firstsOf(texts), texts.map((_, index) => index % 50_000)); // prettier-ignore
  });

  const skip = existsSync(MATH_TRAIN) ? false : `missing ${MATH_TRAIN}`;
  it('finds the two MATH train problems that occur twice with other spacing', { skip }, () => {
    const lines = readFileSync(MATH_TRAIN, 'utf8').split('\n').filter(Boolean);
    const firsts = firstsOf(lines.map((line) => (JSON.parse(line) as { problem: string }).problem));
    assert.equal(firsts.filter((first, index) => first !== index).length, 2);
  });
});
