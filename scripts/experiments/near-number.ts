// Wrong answers as people and models make them: a number near the right one.

import { itemAt } from '../../core/item-at.ts';
import { uniformAt } from '../../core/random/philox.ts';

const offsets = [-10, -5, -2, -1, 1, 2, 5, 10];

/** Another number of the same sign within 10 of this one, drawn from the key. */
export function nearNumber(text: string, key: string): string {
  const value = Number(text.replaceAll(',', ''));
  for (let draw = 0; ; draw++) {
    const near = value + itemAt(offsets, Math.floor(uniformAt(key, draw) * offsets.length));
    if (near < 0 === value < 0 && near !== 0) return String(Number(near.toFixed(6)));
  }
}
