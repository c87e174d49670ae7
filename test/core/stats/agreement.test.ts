import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { cohenKappa, krippendorffAlpha } from '../../../core/stats/agreement.ts';

type ByLevel = Readonly<Record<'nominal' | 'ordinal' | 'interval', number>>;
type ByWeight = Readonly<Record<'none' | 'linear' | 'quadratic', number>>;

const golden = JSON.parse(readFileSync('test/golden/statistics.json', 'utf8')) as {
  readonly agreement: readonly (ByLevel & { readonly ratings: (number | null)[][] })[];
  readonly kappa: readonly { first: number[]; second: number[]; seen: ByWeight; scale: ByWeight }[];
};
const near = (found: number, expected: number): void => {
  assert.ok(Math.abs(found - expected) < 1e-10, `${found} is not ${expected}`);
};

describe("Krippendorff's alpha", () => {
  for (const level of ['nominal', 'ordinal', 'interval'] as const) {
    it(`is that of the package krippendorff for ${level} ratings with gaps`, () => {
      assert.equal(golden.agreement.length, 3);
      for (const one of golden.agreement) near(krippendorffAlpha(one.ratings, level), one[level]);
    });
  }

  it('is 1 for full agreement, and undefined where nothing could differ', () => {
    assert.equal(
      krippendorffAlpha(
        [
          [1, 2, null],
          [1, 2, 3],
        ],
        'ordinal',
      ),
      1,
    );
    assert.ok(
      Number.isNaN(
        krippendorffAlpha(
          [
            [1, 1],
            [1, 1],
          ],
          'nominal',
        ),
      ),
    );
    assert.ok(
      Number.isNaN(
        krippendorffAlpha(
          [
            [1, null],
            [null, 2],
          ],
          'nominal',
        ),
      ),
    );
    assert.ok(Number.isNaN(krippendorffAlpha([], 'interval')));
  });

  it('refuses raters with other units and ratings that are no numbers', () => {
    for (const ratings of [
      [[1, 2], [1]],
      [
        [1, NaN],
        [1, 2],
      ],
    ]) {
      assert.throws(() => krippendorffAlpha(ratings, 'nominal'), { name: 'PermanentError', type: 'InvalidData' });
    }
  });
});

describe("Cohen's kappa", () => {
  for (const weights of ['none', 'linear', 'quadratic'] as const) {
    it(`is that of scikit-learn with weights ${weights}, of seen categories and of a whole scale`, () => {
      for (const { first, second, seen, scale } of golden.kappa) {
        near(cohenKappa(first, second, { weights }), seen[weights]);
        near(cohenKappa(first, second, { weights, categories: [1, 2, 3, 4, 5] }), scale[weights]);
      }
    });
  }

  it('is undefined where both always say the same, and refuses strange ratings', () => {
    assert.ok(Number.isNaN(cohenKappa([1, 1], [1, 1])));
    assert.throws(() => cohenKappa([1], [4], { categories: [1, 2] }), /rating 4 is no category/);
    assert.throws(() => cohenKappa([], []), { name: 'PermanentError', type: 'InvalidData' });
  });
});
