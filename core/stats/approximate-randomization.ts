// Is the difference of two systems more than chance? Answered by swapping their answers item by item.
import { uniforms } from '../random/philox.ts';

/** `key` names the random stream: equal keys give equal probabilities. */
export interface RandomizationPlan {
  readonly key: string;
  readonly draws?: number;
}

/**
 * Two-sided probability of a difference at least as large as the observed one if the systems could be exchanged (Noreen 1989):
 * (c + 1) / (draws + 1), c being the draws that reach it. sacrebleu counts only draws that exceed it, so its value is lower
 * where draws tie.
 * @param count - of items that both systems answered
 * @param difference - of a statistic of both systems, where items with a 1 in `swapped` change sides
 */
export function approximateRandomization(
  count: number,
  difference: (swapped: Uint8Array) => number,
  { key, draws = 1000 }: RandomizationPlan,
): { readonly difference: number; readonly pValue: number } {
  const swapped = new Uint8Array(count);
  const observed = difference(swapped);
  const random = uniforms(key);
  // Sums in another order round otherwise: what differs by less than that ties.
  const reached = Math.abs(observed) * (1 - 1e-12);
  let reachedBy = 0;
  for (let draw = 0; draw < draws; draw++) {
    for (let item = 0; item < count; item++) swapped[item] = random.next() < 0.5 ? 1 : 0;
    if (Math.abs(difference(swapped)) >= reached) reachedBy += 1;
  }
  return { difference: observed, pValue: (reachedBy + 1) / (draws + 1) };
}
