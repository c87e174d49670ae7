// A few items out of very many, without replacement, in time that does not grow with how many there are.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { uniforms } from './philox.ts';

/** Items by their weights, ready to be drawn from. */
export interface Urn {
  readonly size: number;
  /** Weight of the items 0 to `item` together, finite and not falling. */
  weightUpTo(item: number): number;
}

/** Every item equally likely. */
export function evenUrn(size: number): Urn {
  return { size, weightUpTo: (item) => item + 1 };
}

/** @throws {PermanentError} `InvalidData` on a weight that is negative or no number */
export function weightedUrn(weights: ArrayLike<number>): Urn {
  const sums = new Float64Array(weights.length);
  let sum = 0;
  for (let item = 0; item < weights.length; item++) {
    const weight = weights[item]!;
    if (!(weight >= 0 && weight < Infinity)) {
      throw new PermanentError(FailureType.InvalidData, `weighted draw: item ${item} weighs ${weight}, expected >= 0`);
    }
    sum += weight;
    sums[item] = sum;
  }
  return { size: weights.length, weightUpTo: (item) => sums[item]! };
}

/**
 * At most `count` distinct items in the order drawn: each draw takes an item that is left with a chance in proportion to its
 * weight. Fewer where no weight is left. Time count^2 log size.
 * @param key - names the stream of random numbers
 */
export function drawItems(urn: Urn, count: number, key: string): number[] {
  const random = uniforms(key);
  const drawn: number[] = [];
  const taken: { readonly item: number; readonly weight: number }[] = [];
  let left = urn.size === 0 ? 0 : urn.weightUpTo(urn.size - 1);
  while (drawn.length < Math.min(count, urn.size) && left > 0) {
    const item = itemAtWeight(urn, taken, random.next() * left);
    const weight = urn.weightUpTo(item) - (item === 0 ? 0 : urn.weightUpTo(item - 1));
    drawn.push(item);
    taken.push({ item, weight });
    // Subtracting one by one would leave dust of rounding where nothing is left.
    left = taken.length === urn.size ? 0 : left - weight;
  }
  return drawn;
}

/** The first item up to which more than `target` of the weight lies, weights of taken items not counted. */
function itemAtWeight(urn: Urn, taken: readonly { item: number; weight: number }[], target: number): number {
  const weightLeft = (item: number) =>
    taken.reduce((sum, one) => (one.item <= item ? sum - one.weight : sum), urn.weightUpTo(item));
  let [low, high] = [0, urn.size - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (weightLeft(middle) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
