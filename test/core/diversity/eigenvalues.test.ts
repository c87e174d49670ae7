import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { symmetricEigenvalues } from '../../../core/diversity/eigenvalues.ts';
import { uniforms } from '../../../core/random/philox.ts';

interface GoldenCase {
  readonly name: string;
  readonly size: number;
  readonly matrix: readonly number[];
  readonly eigenvalues: readonly number[];
}

const GOLDEN = new URL('../../golden/diversity/eigenvalues.json', import.meta.url);

function assertSpectrum(found: Float64Array, expected: readonly number[], tolerance: number): void {
  assert.equal(found.length, expected.length);
  const norm = Math.max(...expected.map(Math.abs), Number.MIN_VALUE);
  expected.forEach((value, index) => {
    const off = Math.abs(found[index]! - value) / norm;
    assert.ok(off <= tolerance, `eigenvalue ${index}: ${found[index]} against ${value}, off by ${off} of the norm`);
  });
}

function randomSymmetric(key: string, size: number): Float64Array {
  const random = uniforms(key);
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      matrix[row * size + column] = matrix[column * size + row] = random.next() - 0.5;
    }
  }
  return matrix;
}

describe('eigenvalues of a symmetric matrix', () => {
  for (const { name, size, matrix, eigenvalues } of JSON.parse(readFileSync(GOLDEN, 'utf8')) as GoldenCase[]) {
    it(`agrees with LAPACK: ${name}`, () => {
      assertSpectrum(symmetricEigenvalues(Float64Array.from(matrix), size), eigenvalues, 1e-13);
    });
  }

  it('finds the closed form of the second-difference matrix, 2 - 2 cos(k pi / (n + 1))', () => {
    const size = 200;
    const matrix = new Float64Array(size * size);
    for (let index = 0; index < size; index++) {
      matrix[index * size + index] = 2;
      if (index > 0) matrix[index * size + index - 1] = matrix[(index - 1) * size + index] = -1;
    }
    const expected = Array.from({ length: size }, (_, k) => 2 - 2 * Math.cos(((size - k) * Math.PI) / (size + 1)));
    assertSpectrum(symmetricEigenvalues(matrix, size), expected, 1e-13);
  });

  it('finds a known spectrum behind a reflection, repeated and zero values included', () => {
    const size = 60;
    const spectrum = Array.from({ length: size }, (_, index) => Math.max(0, 5 - Math.floor(index / 8)));
    const random = uniforms('reflection');
    const v = Float64Array.from({ length: size }, () => random.next() - 0.5);
    const squares = v.reduce((sum, value) => sum + value * value, 0);
    const entry = (row: number, column: number): number =>
      (row === column ? 1 : 0) - (2 * v[row]! * v[column]!) / squares;
    const matrix = new Float64Array(size * size);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        for (let index = 0; index < size; index++) {
          matrix[row * size + column]! += entry(row, index) * spectrum[index]! * entry(index, column);
        }
      }
    }
    assertSpectrum(symmetricEigenvalues(matrix, size), spectrum, 1e-13);
  });

  it('keeps trace and Frobenius norm for every size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer(), (size, seed) => {
        const matrix = randomSymmetric(`laws/${seed}`, size);
        const before = matrix.slice();
        const eigenvalues = symmetricEigenvalues(matrix, size);
        let trace = 0;
        for (let index = 0; index < size; index++) trace += matrix[index * size + index]!;
        const squares = matrix.reduce((sum, entry) => sum + entry * entry, 0);
        assert.ok(Math.abs(eigenvalues.reduce((a, b) => a + b, 0) - trace) < 1e-12 * size);
        assert.ok(Math.abs(eigenvalues.reduce((sum, value) => sum + value * value, 0) - squares) < 1e-12 * size);
        assert.deepEqual(
          eigenvalues,
          eigenvalues.slice().sort((a, b) => b - a),
        );
        assert.deepEqual(matrix, before, 'the argument was changed');
      }),
      { numRuns: 50 },
    );
  });

  it('converges on a rank-deficient covariance of order 512 and counts its rank', () => {
    const size = 512;
    const rank = 50;
    const random = uniforms('rank');
    const factor = Float64Array.from({ length: size * rank }, () => random.next() - 0.5);
    const matrix = new Float64Array(size * size);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        let sum = 0;
        for (let index = 0; index < rank; index++) sum += factor[row * rank + index]! * factor[column * rank + index]!;
        matrix[row * size + column] = sum;
      }
    }
    const eigenvalues = symmetricEigenvalues(matrix, size);
    assert.equal(eigenvalues.filter((value) => value > size * Number.EPSILON * eigenvalues[0]!).length, rank);
  });

  it('scales with the matrix over the whole range of float64', () => {
    const matrix = Float64Array.of(2, 1, 0, 1, 2, 1, 0, 1, 2);
    const expected = [2 + Math.SQRT2, 2, 2 - Math.SQRT2];
    for (const scale of [1e-300, 1e-20, 1, 1e20, 1e300]) {
      const found = symmetricEigenvalues(
        matrix.map((entry) => entry * scale),
        3,
      );
      assertSpectrum(
        found,
        expected.map((value) => value * scale),
        1e-14,
      );
    }
    assert.deepEqual(symmetricEigenvalues(new Float64Array(9), 3), new Float64Array(3));
  });

  it('survives entries whose squares underflow', () => {
    const found = symmetricEigenvalues(Float64Array.of(1, 1e-162, 1e-170, 1e-162, 0.5, 0, 1e-170, 0, 0.25), 3);
    assertSpectrum(found, [1, 0.5, 0.25], 1e-15);
  });

  it('refuses a wrong length and entries that are not finite', () => {
    assert.throws(() => symmetricEigenvalues(new Float64Array(5), 2), { name: 'PermanentError', type: 'InvalidData' });
    assert.throws(() => symmetricEigenvalues(Float64Array.of(1, NaN, NaN, 1), 2), /entry \(1, 0\) is not finite/);
  });
});
