// Small classifiers against scikit-learn, and what must hold whatever the data: seeds, copies, standardising.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { RowMatrix } from '../../../core/diversity/row-matrix.ts';
import { uniforms } from '../../../core/random/philox.ts';
import { standardiserOf } from '../../../core/students/classifier.ts';
import { trainNetwork } from '../../../core/students/network.ts';
import { trainRidge } from '../../../core/students/ridge.ts';

interface GoldenRidge {
  readonly features: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly rows: readonly number[];
  readonly penalties: readonly number[];
  readonly chosen: number;
  readonly test: readonly (readonly number[])[];
  readonly sides: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL('../../golden/study.json', import.meta.url), 'utf8')) as Record<
  'ridgeOfFewRows' | 'ridgeOfManyRows',
  GoldenRidge
>;
const noPause = () => Promise.resolve();

function matrixOf(rows: readonly (readonly number[])[]): RowMatrix {
  return { values: Float32Array.from(rows.flat()), count: rows.length, dimension: rows[0]!.length };
}

describe('ridge', () => {
  for (const [form, name] of [
    ['fewer rows than features', 'ridgeOfFewRows'],
    ['more rows than features', 'ridgeOfManyRows'],
  ] as const) {
    it(`chooses its penalty by leaving rows out and fits as scikit-learn does, with ${form} and copies among them`, async () => {
      const { features, targets, rows, penalties, test, sides, chosen } = golden[name];
      const set = { features: matrixOf(features), targets, rows };
      const classify = await trainRidge(set, penalties, noPause);
      const found = classify(matrixOf(test));
      sides.forEach((side, row) =>
        assert.ok(Math.abs(found[row]! - side) < 1e-9, `row ${row}: ${found[row]}, ${side}`),
      );
      const other = penalties.find((penalty) => penalty !== chosen)!;
      const fixed = (await trainRidge(set, [other], noPause))(matrixOf(test));
      assert.ok(
        sides.some((side, row) => Math.abs(fixed[row]! - side) > 1e-4),
        'another penalty must give another fit',
      );
    });
  }

  it('does not depend on the order of rows', async () => {
    const { features, targets, rows, penalties, test } = golden.ridgeOfFewRows;
    const set = { features: matrixOf(features), targets };
    const one = (await trainRidge({ ...set, rows }, penalties, noPause))(matrixOf(test));
    const other = (await trainRidge({ ...set, rows: [...rows].reverse() }, penalties, noPause))(matrixOf(test));
    assert.deepEqual(one, other);
  });
});

describe('the network', () => {
  const random = uniforms('network test');
  const points = Array.from({ length: 240 }, () => [random.next() * 2 - 1, random.next() * 2 - 1]);
  // No line parts these: both coordinates have the same sign, or not.
  const targets = points.map(([x, y]) => (x! * y! > 0 ? 1 : -1));
  const features = matrixOf(points);
  const settings = { hidden: 16, epochs: 60, batchSize: 16, learningRate: 0.02, weightDecay: 0.001 };
  const rows = Array.from({ length: 160 }, (_, row) => row);
  const accuracy = (sides: Float64Array) =>
    rows.reduce((sum, row) => sum + (sides[80 + row]! * targets[80 + row]! > 0 ? 1 : 0), 0) / rows.length;

  it('learns what no line can part', async () => {
    const classify = await trainNetwork({ features, targets, rows }, settings, { key: 'a', pause: noPause });
    const held = classify(features).slice(160);
    const right = held.filter((side, row) => side * targets[160 + row]! > 0).length;
    assert.ok(right >= 72, `${right} of 80 held-out points`);
  });

  it('is a function of its key', async () => {
    const train = async (key: string) =>
      (await trainNetwork({ features, targets, rows }, { ...settings, epochs: 3 }, { key, pause: noPause }))(features);
    assert.deepEqual(await train('a'), await train('a'));
    assert.notDeepEqual(await train('a'), await train('b'));
  });

  it('stops between epochs when it is asked to', async () => {
    let epochs = 0;
    const pause = () => (++epochs > 2 ? Promise.reject(new Error('enough')) : Promise.resolve());
    await assert.rejects(trainNetwork({ features, targets, rows }, settings, { key: 'a', pause }), /enough/);
    assert.equal(epochs, 3);
  });

  it('starts near chance', async () => {
    const classify = await trainNetwork(
      { features, targets, rows },
      { ...settings, epochs: 0 },
      { key: 'a', pause: noPause },
    );
    assert.ok(accuracy(classify(features)) < 0.75);
  });
});

describe('standardising', () => {
  it('gives every feature mean 0 and the same deviation over the reference, and a constant one nothing', () => {
    const reference = matrixOf([
      [1, 5, 7],
      [3, 5, -7],
      [5, 5, 0],
    ]);
    const { values } = standardiserOf(reference)(reference);
    for (const [column, deviation] of [Math.sqrt(1 / 3), 0, Math.sqrt(1 / 3)].entries()) {
      const own = [0, 1, 2].map((row) => values[row * 3 + column]!);
      assert.ok(Math.abs(own.reduce((a, b) => a + b)) < 1e-6);
      assert.ok(Math.abs(Math.sqrt(own.reduce((a, b) => a + b * b, 0) / 3) - deviation) < 1e-6);
    }
  });
});
