// The control of every selection: a seeded draw of equal size.
import { permutation } from '../random/philox.ts';

/**
 * `wanted` of `count` indices without repeats, ascending; all of them when fewer are there. Each set of that size is
 * equally likely, and a larger draw with the same key holds every smaller one.
 */
export function selectRandom(count: number, wanted: number, key: string): number[] {
  return Array.from(permutation(key, count).subarray(0, Math.min(count, wanted))).sort((a, b) => a - b);
}
