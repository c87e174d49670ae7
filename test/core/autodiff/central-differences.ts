// The oracle of gradients: what a float64 function does when one number moves a little.
import assert from 'node:assert/strict';
import type { TensorValue } from '../../../core/graph/runner.ts';
import type { Tensor64 } from '../../helpers/float64-tensor.ts';

const STEP = 1e-5;

/** The gradient of sum(seed * forward(inputs)) at the input in `position`; its error is some 1e-10 for smooth functions of size 1. */
export function centralDifferences(
  forward: (inputs: readonly Tensor64[]) => Tensor64,
  inputs: readonly Tensor64[],
  position: number,
  seed: Tensor64,
): Float64Array {
  const lossAt = (entry: number, shift: number): number => {
    const moved = inputs.map((input, other) => (other === position ? { ...input, data: input.data.slice() } : input));
    moved[position]!.data[entry]! += shift;
    return forward(moved).data.reduce((total, value, at) => total + value * seed.data[at]!, 0);
  };
  return inputs[position]!.data.map((_, entry) => (lossAt(entry, STEP) - lossAt(entry, -STEP)) / (2 * STEP));
}

/** Fails where an entry is further off than `tolerance` times the largest of the expected ones. */
export function assertClose(found: Float32Array, expected: Float64Array, tolerance: number, what: string): void {
  assert.equal(found.length, expected.length, `${what} has another size`);
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
  expected.forEach((value, at) => {
    const difference = Math.abs(found[at]! - value) / scale;
    assert.ok(difference < tolerance, `${what} at ${at}: found ${found[at]}, expected ${value}`);
  });
}

export function feedOf({ shape, data }: Tensor64): TensorValue {
  return { type: 'float32', dims: shape, data: Float32Array.from(data) };
}
