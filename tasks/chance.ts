// Seeded choices for the symbolic generators: everything a draw decides comes from one stream named by key, slice and index.

import { uniforms } from '../core/random/philox.ts';

export interface Chance {
  /** Uniform in [0, 1). */
  next(): number;
  coin(): boolean;
  /** A whole number, both ends included. */
  whole(low: number, high: number): number;
  /** @throws {RangeError} for an empty list */
  pick<T>(items: readonly T[]): T;
  two<T>(items: readonly T[]): [T, T];
  three<T>(items: readonly T[]): [T, T, T];
}

/** The choices of record `index` of a slice; the same three arguments give the same choices. */
export function chanceAt(key: string, slice: string, index: number): Chance {
  const random = uniforms(`${key}/${slice}/${index}`);
  const next = () => random.next();
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(items: readonly T[]): T => take(items, Math.floor(next() * items.length));
  const two = <T>(items: readonly T[]): [T, T] => {
    const first = whole(0, items.length - 1);
    const second = (first + whole(1, items.length - 1)) % items.length;
    return [take(items, first), take(items, second)];
  };
  const three = <T>(items: readonly T[]): [T, T, T] => {
    const [first, second] = two(items);
    const others = items.filter((item) => item !== first && item !== second);
    return [first, second, pick(others)];
  };
  return { next, coin: () => next() < 0.5, whole, pick, two, three };
}

function take<T>(items: readonly T[], index: number): T {
  if (index < 0 || index >= items.length) throw new RangeError(`no item ${index} in a list of ${items.length}`);
  return items[index] as T;
}
