import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { uniforms } from '../../../core/random/philox.ts';
import { signMatrix, transposed } from '../../../core/sketch/sign-matrices.ts';
import type { SketchSpecification } from '../../../core/sketch/specification.ts';
import { describeSketch } from '../../../core/sketch/specification.ts';

describe('sign matrices', () => {
  it('keep inner products in expectation, for matrices of any shape and for vectors', () => {
    // Law: E <Pg, Ph> = <g, h>. The mean of 400 seeds must lie within 4 standard errors; a wrong scale would miss by far.
    for (const shape of [[3, 40], [40, 3], [12, 12], [30]]) {
      const size = shape.reduce((product, side) => product * side, 1);
      const [g, h] = [gaussian('g', size), gaussian('h', size)];
      h.forEach((value, index) => (h[index] = value + g[index]!));
      const products = Array.from({ length: 400 }, (_, seed) => {
        const specification = { mode: 'kron-sum', p: 4, seed, version: 1 } as const;
        return dot(project(specification, shape, g), project(specification, shape, h));
      });
      const mean = products.reduce((sum, value) => sum + value, 0) / products.length;
      const variance = products.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (products.length - 1);
      const error = Math.abs(mean - dot(g, h)) / Math.sqrt(variance / products.length);
      assert.ok(error < 4, `shape ${shape.join(' x ')}: ${mean}, expected ${dot(g, h)}, ${error} standard errors off`);
    }
  });

  it('differ between parameters, roles and seeds, and repeat for the same', () => {
    const one = { mode: 'kron-sum', p: 4, seed: 1, version: 1 } as const;
    const reference = signMatrix(one, 'a', 'input', 64);
    assert.deepEqual(signMatrix(one, 'a', 'input', 64), reference);
    assert.notDeepEqual(signMatrix(one, 'b', 'input', 64), reference);
    assert.notDeepEqual(signMatrix(one, 'a', 'output', 64), reference);
    assert.notDeepEqual(signMatrix({ ...one, seed: 2 }, 'a', 'input', 64), reference);
  });

  it('have the entries written down for other languages', () => {
    const row = signMatrix({ mode: 'kron-sum', p: 1, seed: 0, version: 1 }, 'model.norm.weight', 'dense', 16);
    assert.deepEqual([...row].map((sign) => (sign > 0 ? '+' : '-')).join(''), '+++-++---+++----');
  });
});

describe('a sketch specification', () => {
  it('is described by one line that refuses nonsense', () => {
    const specification: SketchSpecification = { mode: 'kron-sum', p: 32, seed: 7, version: 1 };
    assert.equal(describeSketch(specification), 'sketch/kron-sum/v1/p=32/seed=7');
    assert.throws(() => describeSketch({ ...specification, p: 0.5 }), { type: 'InvalidConfig' });
  });
});

function project(specification: SketchSpecification, shape: number[], gradient: Float64Array): Float64Array {
  const { p } = specification;
  const [rows, columns] = [shape[0]!, shape[1]];
  if (columns === undefined) return product(signMatrix(specification, 'v', 'dense', rows), gradient, p * p, rows, 1);
  const a = transposed(signMatrix(specification, 'm', 'input', columns), p, columns);
  const left = product(signMatrix(specification, 'm', 'output', rows), gradient, p, rows, columns);
  return product(left, a, p, columns, p);
}

function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  rows: number,
  inner: number,
  columns: number,
): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a[row * inner + k]! * b[k * columns + column]!;
    return sum;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

/** Sums of 12 uniforms, less 6: close enough to normal. */
function gaussian(stream: string, size: number): Float64Array {
  const random = uniforms(`sign-matrices/${stream}`);
  return Float64Array.from(
    { length: size },
    () => Array.from({ length: 12 }, () => random.next()).reduce((a, b) => a + b) - 6,
  );
}
