import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { MeasuredSet } from '../../../../core/diversity/measures/measure.ts';
import { measures, measureSet } from '../../../../core/diversity/measures/registry.ts';
import { gatherTexts, readTexts } from '../../../../core/diversity/measures/text-set.ts';
import { gatherRows } from '../../../../core/diversity/row-matrix.ts';
import { permutation } from '../../../../core/random/philox.ts';
import { randomUnitRows } from '../unit-rows.ts';
import { assertNear, goldenSamples, goldenVectors, rowsOf } from './golden.ts';

const count = goldenSamples.length;
const texts = readTexts(goldenSamples);
const sketches = randomUnitRows('registry sketches', count, 8);
const embeddings = randomUnitRows('registry embeddings', count, 20);
const labels = goldenSamples.map((_, row) => (row % 3 === 0 ? 'yes' : 'no'));
const losses = goldenSamples.map((_, row) => 0.5 + row / 10);

/** The full set of the named rows, all parts there. */
function rowsAt(...rows: readonly number[]): MeasuredSet {
  return {
    count: rows.length,
    key: 'registry',
    texts: gatherTexts(texts, rows),
    sketches: gatherRows(sketches, rows),
    embeddings: gatherRows(embeddings, rows),
    labels: rows.map((row) => labels[row]!),
    losses: rows.map((row) => losses[row]!),
    compress: gzipSync,
  };
}

const everyRow = Array.from({ length: count }, (_, row) => row);
const all = measureSet(rowsAt(...everyRow));

/** How much less diverse `other` is than the full set by one measure; negative when it is more diverse. */
function loss(name: string, other: Readonly<Record<string, number>>): number {
  const direction = measures.find((measure) => measure.name === name)!.moreDiverse;
  const difference = all.values[name]! - other[name]!;
  return direction === 'larger' ? difference : -difference;
}

const directed = measures.filter((measure) => measure.moreDiverse !== 'none').map((measure) => measure.name);

describe('all measures', () => {
  it('have a name of their own in kebab-case and a line that says what is more diverse', () => {
    assert.equal(new Set(measures.map((measure) => measure.name)).size, measures.length);
    for (const { name, describes, moreDiverse } of measures) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      if (moreDiverse !== 'none') assert.ok(describes.includes(`${moreDiverse} is more diverse`), describes);
    }
  });

  it('have a value when everything is there', () => {
    assert.deepEqual(Object.keys(all.values), measures.map((measure) => measure.name)); // prettier-ignore
    assert.deepEqual([all.leftOut, all.partial], [{}, {}]);
    for (const value of Object.values(all.values)) assert.ok(Number.isFinite(value));
  });

  it('are left out with the reason when their data is not there', () => {
    const found = measureSet({ count: 3, key: '', sketches: gatherRows(sketches, [0, 1, 2]) });
    assert.deepEqual(Object.keys(found.values), ['g-vendi', 'log-det-distance']);
    assert.equal(found.leftOut['label-centred-g-vendi'], 'no labels given');
    assert.equal(found.leftOut['compression-ratio'], 'no texts and no compress given');
    assert.equal(Object.keys(found.leftOut).length, measures.length - 2);
  });

  it('agree with vendi-score where they are Vendi scores, 1e-9', () => {
    for (const golden of goldenVectors) {
      const rows = rowsOf(golden);
      const { values } = measureSet({ count: rows.count, key: '', sketches: rows, embeddings: rows });
      assertNear(values['g-vendi']!, golden.vendi);
      assertNear(values['embedding-vendi']!, golden.vendi);
    }
  });

  it('give the mean of the losses', () => {
    assertNear(all.values['mean-proxy-loss']!, losses.reduce((a, b) => a + b, 0) / count, 1e-12);
  });
});

describe('laws of all measures', () => {
  it('do not depend on the order of samples; the compression ratio by a few per cent', () => {
    const { values } = measureSet(rowsAt(...permutation('order', count)));
    for (const { name } of measures) {
      // The compressor sees texts in another order; centred rows are kept as float32.
      const tolerance = { 'compression-ratio': 0.05, 'label-centred-g-vendi': 1e-7 }[name] ?? 1e-9;
      assertNear(values[name]!, all.values[name]!, tolerance);
    }
  });

  it('do not rate a set as more diverse for being there twice', () => {
    const { values } = measureSet(rowsAt(...everyRow, ...everyRow));
    for (const name of directed)
      assert.ok(loss(name, values) > -1e-7, `${name}: ${all.values[name]} to ${values[name]}`);
  });

  it('rate a set as less diverse when half of it is replaced by copies of the other half', () => {
    const half = everyRow.filter((row) => row % 2 === 0);
    const { values } = measureSet(rowsAt(...half, ...half));
    for (const name of directed) assert.ok(loss(name, values) > 0, `${name}: ${all.values[name]} to ${values[name]}`);
  });

  it('give one sample the least diversity, or say why they have no value', () => {
    const { values, leftOut } = measureSet(rowsAt(3));
    assert.match(leftOut['self-bleu']!, /no others/);
    assert.match(leftOut['label-centred-g-vendi']!, /mean of its label/);
    for (const name of ['g-vendi', 'embedding-vendi', 'dc-score', 'ngram-vendi']) assertNear(values[name]!, 1, 1e-9);
    for (const name of ['novel-sum', 'self-repetition', 'log-det-distance']) assertNear(values[name]!, 0, 1e-9);
  });

  it('give equal samples the least diversity', () => {
    const { values, leftOut } = measureSet(rowsAt(3, 3, 3, 3, 3));
    assert.deepEqual(Object.keys(leftOut), ['label-centred-g-vendi']);
    for (const name of ['g-vendi', 'embedding-vendi', 'dc-score', 'ngram-vendi', 'self-bleu']) {
      assertNear(values[name]!, 1, 1e-9);
    }
    assertNear(values['novel-sum']!, 0, 1e-9);
  });

  it('report how many rows entered a value when not all did', () => {
    const set = { ...rowsAt(...everyRow), labels: everyRow.map((row) => (row === 0 ? 'alone' : 'other')) };
    assert.deepEqual(measureSet(set).partial, { 'label-centred-g-vendi': count - 1 });
  });
});

describe('measuring a set', () => {
  it('refuses an empty set once, for all measures', () => {
    assert.throws(() => measureSet({ count: 0, key: '' }), {
      type: 'InvalidData',
      message: /^measures: the set is empty/,
    });
  });

  it('refuses parts that contradict the count, rows off unit norm, and losses that are no numbers', () => {
    const set = rowsAt(0, 1, 2);
    assert.throws(() => measureSet({ ...set, labels: ['yes'] }), {
      type: 'InvalidData',
      message: /1 labels for 3 samples/,
    });
    const long = { ...sketches, values: sketches.values.map((value) => value * 2), count };
    assert.throws(() => measureSet({ count, key: '', sketches: long }), { message: /sketches: row 0 has norm [12]\./ });
    assert.throws(() => measureSet({ ...set, losses: [1, NaN, 2] }), { message: /loss of sample 1 is NaN/ });
  });
});
