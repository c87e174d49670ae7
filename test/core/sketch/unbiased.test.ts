import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Parameter } from '../../../core/models/parameters.ts';
import { uniforms } from '../../../core/random/philox.ts';
import { countSketcher } from '../../../core/sketch/count-sketch.ts';
import type { SketchMode, SketchSpecification } from '../../../core/sketch/specification.ts';
import type { Gradients } from './definition.ts';
import { sketchByDefinition } from './definition.ts';

// The law: over the seeds, E <Pg, Ph> = <g, h>. Its mean over 400 seeds must lie within 4.5 standard errors, which a sound
// sketch misses once in 150,000 cases, and those errors must be small enough that half or twice the value would be seen.
const SEEDS = 400;
const LARGEST_Z = 4.5;

const kinds: Record<string, readonly Parameter[]> = {
  'a tall matrix': [{ name: 'mlp.up_proj.weight', shape: [40, 3] }],
  'a wide matrix': [{ name: 'mlp.down_proj.weight', shape: [3, 40] }],
  'a square matrix': [{ name: 'self_attn.q_proj.weight', shape: [12, 12] }],
  'one row': [{ name: 'a', shape: [1, 30] }],
  'one column': [{ name: 'b', shape: [30, 1] }],
  'norm weights': [{ name: 'model.norm.weight', shape: [30] }],
  'a bias': [{ name: 'self_attn.q_proj.bias', shape: [7] }],
  'an embedding': [{ name: 'model.embed_tokens.weight', shape: [64, 6] }],
};
const wholeModel = Object.values(kinds).flat();

const modes: Record<SketchMode, (seed: number) => SketchSpecification> = {
  'kron-sum': (seed) => ({ mode: 'kron-sum', p: 8, seed, version: 1 }),
  concat: (seed) => ({ mode: 'concat', p: 8, seed, version: 1 }),
  'count-sketch': (seed) => ({ mode: 'count-sketch', d: 64, seed, version: 1 }),
};

for (const [mode, specificationOf] of Object.entries(modes)) {
  describe(`${mode} keeps inner products in expectation`, () => {
    const sketched = (parameters: readonly Parameter[], gradients: Gradients, seed: number): Float64Array => {
      const specification = specificationOf(seed);
      return specification.mode === 'count-sketch'
        ? countSketcher(specification, parameters)((name) => Float32Array.from(gradients.get(name)!))
        : sketchByDefinition(specification, parameters, gradients);
    };

    for (const [kind, parameters] of Object.entries({ ...kinds, 'all of them at once': wholeModel })) {
      it(`for ${kind}`, () => {
        const [g, h] = relatedGradients(parameters);
        const products = seeds((seed) => dot(sketched(parameters, g, seed), sketched(parameters, h, seed)));
        assertMean(products, dot(flat(g), flat(h)), `${mode}, ${kind}`);
      });
    }

    it('for a tied embedding, whose two parts share their signs and so keep what they have in common', () => {
      const parameters = kinds['an embedding']!;
      const [input, head] = relatedGradients(parameters);
      const products = seeds((seed) => {
        const sum = add(sketched(parameters, input, seed), sketched(parameters, head, seed));
        return dot(sum, sum);
      });
      const whole = add(flat(input), flat(head));
      assertMean(products, dot(whole, whole), `${mode}, tied embedding`);
    });
  });
}

describe('the check of the law', () => {
  const parameters = kinds['a wide matrix']!;
  const [g, h] = relatedGradients(parameters);
  const expected = dot(flat(g), flat(h));
  const products = seeds((seed) => {
    const specification = modes['kron-sum'](seed);
    return dot(sketchByDefinition(specification, parameters, g), sketchByDefinition(specification, parameters, h));
  });

  it('fails signs that are scaled by their length, 1 / sqrt(n), in place of 1 / sqrt(p)', () => {
    const scale = (8 / 40) * (8 / 3);
    assert.throws(
      () =>
        assertMean(
          products.map((value) => value * scale),
          expected,
          'scaled',
        ),
      /times <g, h>/,
    );
  });

  it('fails halves and doubles', () => {
    for (const scale of [0.5, 2])
      assert.throws(
        () =>
          assertMean(
            products.map((value) => value * scale),
            expected,
            'scaled',
          ),
        /times <g, h>/,
      );
  });
});

function assertMean(products: readonly number[], expected: number, what: string): void {
  const mean = products.reduce((sum, value) => sum + value, 0) / products.length;
  const variance = products.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (products.length - 1);
  const standardError = Math.sqrt(variance / products.length);
  const z = Math.abs(mean - expected) / standardError;
  const advice =
    'p says that A or B lacks its 1 / sqrt(p), p^2 that both do or that dense signs lack 1 / p, p / n that a side of ' +
    'length n is scaled by 1 / sqrt(n), and a part of 1 that a parameter, or what two of its parts share, is left out';
  assert.ok(
    z < LARGEST_Z,
    `${what}: the mean of <Pg, Ph> is ${mean / expected} times <g, h>, ${z} standard errors off; ${advice}`,
  );
  assert.ok(LARGEST_Z * standardError < expected / 2, `${what}: too few seeds to tell a wrong factor of 2`);
}

/**
 * Two gradients that have more than half of their length in common, so that <g, h> is far from 0, and that are not centred,
 * so that products of different coordinates do not cancel by themselves where signs are at fault.
 */
function relatedGradients(parameters: readonly Parameter[]): [Gradients, Gradients] {
  const draw = (stream: string): Map<string, Float32Array> =>
    new Map(
      parameters.map(({ name, shape }) => {
        const random = uniforms(`unbiased/${stream}/${name}`);
        const size = shape.reduce((product, side) => product * side, 1);
        return [name, Float32Array.from({ length: size }, () => random.next() - 0.25)];
      }),
    );
  const [g, noise] = [draw('g'), draw('noise')];
  const h = new Map([...g].map(([name, values]) => [name, values.map((value, i) => value + noise.get(name)![i]! / 2)]));
  return [g, h];
}

function flat(gradients: Gradients): Float64Array {
  return Float64Array.from([...gradients.values()].flatMap((values) => Array.from(values)));
}

function seeds(productOf: (seed: number) => number): number[] {
  return Array.from({ length: SEEDS }, (_, seed) => productOf(seed));
}

function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => value + b[index]!);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
