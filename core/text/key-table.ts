// A set of 64-bit keys, each with its place in the order of arrival: open addressing in typed arrays. A miss, which is what
// most look-ups are, costs one read.
import { GrowingColumns } from './growing-columns.ts';

const FIRST_SLOTS = 1 << 10;
/** Slots in use at most; beyond, searches get long. */
const FULLEST = 0.7;
const FREE = -1;

/**
 * Keys are two signed 32-bit halves of an already mixed hash. State: 8 bytes a key and 6 to 12 bytes for its slots; while
 * slots are doubled, half as many again.
 */
export class KeyTable {
  readonly #keys = new GrowingColumns(2);
  #slots = new Int32Array(FIRST_SLOTS).fill(FREE);

  /** Keys so far; their places are 0 to count - 1. */
  get count(): number {
    return this.#keys.count;
  }

  /** The place of a key, or -1 when it is not there. */
  find(low: number, high: number): number {
    return this.#slots[this.#slotOf(low, high)]!;
  }

  /** The place of a key, which is put in when it is not there. */
  add(low: number, high: number): number {
    const slot = this.#slotOf(low, high);
    const found = this.#slots[slot]!;
    if (found !== FREE) return found;
    const place = this.#keys.addRow();
    this.#keys.set(place, 0, low);
    this.#keys.set(place, 1, high);
    this.#slots[slot] = place;
    if (this.count > FULLEST * this.#slots.length) this.#grow();
    return place;
  }

  /** The slot that holds the key, or the free one where it belongs. */
  #slotOf(low: number, high: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = low & mask;
    for (let place = slots[slot]!; place !== FREE; place = slots[slot]!) {
      if (this.#keys.at(place, 0) === low && this.#keys.at(place, 1) === high) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(FREE);
    const mask = slots.length - 1;
    for (let place = 0; place < this.count; place++) {
      let slot = this.#keys.at(place, 0) & mask;
      while (slots[slot] !== FREE) slot = (slot + 1) & mask;
      slots[slot] = place;
    }
    this.#slots = slots;
  }
}
