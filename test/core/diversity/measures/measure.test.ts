import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dcScore, dcScoreMeasure } from '../../../../core/diversity/measures/dc-score.ts';
import { defineMeasure } from '../../../../core/diversity/measures/measure.ts';
import { gatherRows } from '../../../../core/diversity/row-matrix.ts';
import { selectRandom } from '../../../../core/selection/random.ts';
import { randomUnitRows } from '../unit-rows.ts';
import { textsOf } from './golden.ts';

const threeOfAll = defineMeasure({
  name: 'three-of-all',
  describes: 'Checks that the parts of a sample stay together.',
  moreDiverse: 'none',
  needs: ['texts', 'sketches', 'embeddings', 'labels', 'losses'],
  rowLimit: 3,
  measure: ({ texts, sketches, embeddings, labels, losses }) => {
    assert.deepEqual([labels.length, losses.length, sketches.count, embeddings.count], [3, 3, 3, 3]);
    labels.forEach((label, row) => {
      assert.equal(texts.raw[row], `\n${label}`);
      assert.equal(losses[row], Number(label));
      assert.equal(sketches.values[row], Number(label));
      assert.equal(embeddings.values[row], -Number(label));
    });
    return Number(labels.join(''));
  },
});

function numbered(count: number, key: string) {
  const numbers = Array.from({ length: count }, (_, row) => row);
  return {
    count,
    key,
    texts: textsOf(...numbers.map(String)),
    sketches: { values: Float32Array.from(numbers), count, dimension: 1 },
    embeddings: { values: Float32Array.from(numbers, (row) => -row), count, dimension: 1 },
    labels: numbers.map(String),
    losses: numbers,
  };
}

describe('a measure', () => {
  it('takes a seeded sample of a set above its limit, whole rows of it, and says how many', () => {
    const [one, again, other] = ['a', 'a', 'b'].map((key) => threeOfAll.measure(numbered(40, key)));
    assert.deepEqual(one, { value: Number(selectRandom(40, 3, 'a').join('')), rows: 3 });
    assert.deepEqual(again, one);
    assert.notDeepEqual(other, one);
    assert.deepEqual(threeOfAll.measure(numbered(3, 'a')), { value: 12, rows: 3 });
  });

  it('refuses an empty set and missing data by name', () => {
    assert.throws(() => threeOfAll.measure(numbered(0, '')), {
      type: 'InvalidData',
      message: /three-of-all: the set is empty/,
    });
    assert.throws(() => dcScoreMeasure.measure({ count: 1, key: '' }), {
      message: 'dc-score: needs embeddings, not given',
    });
  });

  it('is exact for a quadratic measure up to 2,000 rows and sampled above', () => {
    const embeddings = randomUnitRows('many', 2001, 4);
    const whole = gatherRows(
      embeddings,
      Array.from({ length: 2000 }, (_, row) => row),
    );
    assert.deepEqual(dcScoreMeasure.measure({ count: 2000, key: '', embeddings: whole }), {
      value: dcScore(whole),
      rows: 2000,
    });
    assert.equal(dcScoreMeasure.measure({ count: 2001, key: '', embeddings }).rows, 2000);
  });
});
