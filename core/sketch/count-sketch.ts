// The count-sketch of a whole gradient: a random bucket and a random sign for every coordinate, sums in float64.
import type { Parameter } from '../models/parameters.ts';
import { halfWords } from '../random/philox.ts';
import type { CountSketch } from './specification.ts';

/**
 * Where the coordinates of a parameter go, in row-major order: of 16 random bits the highest, where set, is a minus, and the
 * lowest log2(d) are the bucket.
 */
export function countHashes({ seed }: CountSketch, parameter: string, size: number): Uint16Array {
  return halfWords(`${seed}/${parameter}/count`, size);
}

/**
 * Prepares the sums over the coordinates of all parameters: 2 bytes a coordinate are kept, made once.
 * The function it gives takes the gradient of each parameter by name and returns the d sums, not normalised.
 */
export function countSketcher(
  specification: CountSketch,
  parameters: readonly Parameter[],
): (gradientOf: (parameter: string) => Float32Array) => Float64Array {
  const hashed = parameters.map(({ name, shape }) => {
    const size = shape.reduce((product, side) => product * side, 1);
    return { name, hashes: countHashes(specification, name, size) };
  });
  return (gradientOf) => {
    const sums = new Float64Array(specification.d);
    for (const { name, hashes } of hashed) addTo(sums, gradientOf(name), hashes);
    return sums;
  };
}

function addTo(sums: Float64Array, gradient: Float32Array, hashes: Uint16Array): void {
  const bucket = sums.length - 1;
  for (let index = 0; index < hashes.length; index++) {
    const hash = hashes[index]!;
    const value = gradient[index]!;
    sums[hash & bucket] = sums[hash & bucket]! + (hash & 0x8000 ? -value : value);
  }
}
