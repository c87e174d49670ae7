// The few smallest of many numbers, in bounded memory.

/** Holds the `size` smallest costs offered, equal ones by lower index, each in a slot that is used again. */
export class Smallest {
  readonly indices: Uint32Array;
  readonly costs: Float64Array;
  /** The least cost that was offered and is not held: every row outside costs at least that. */
  bound = Infinity;
  /** Slots as a heap, the largest held cost first. */
  readonly #heap: Uint32Array;
  #count = 0;

  constructor(size: number) {
    this.indices = new Uint32Array(size);
    this.costs = new Float64Array(size);
    this.#heap = new Uint32Array(size);
  }

  /** Slots 0 to count - 1 are held. */
  get count(): number {
    return this.#count;
  }

  /** The slot that the row gets, or -1 when it is not among the smallest so far. */
  offer(cost: number, index: number): number {
    if (this.#count < this.indices.length) {
      const slot = this.#count++;
      this.#put(slot, cost, index);
      this.#rise(slot, slot);
      return slot;
    }
    const slot = this.#heap[0];
    if (slot === undefined || !this.#isBelow(cost, index, slot)) {
      this.bound = Math.min(this.bound, cost);
      return -1;
    }
    this.bound = Math.min(this.bound, this.costs[slot]!);
    this.#put(slot, cost, index);
    this.#sink(slot);
    return slot;
  }

  #put(slot: number, cost: number, index: number): void {
    this.costs[slot] = cost;
    this.indices[slot] = index;
  }

  #isBelow(cost: number, index: number, slot: number): boolean {
    const other = this.costs[slot]!;
    return cost < other || (cost === other && index < this.indices[slot]!);
  }

  #rise(place: number, slot: number): void {
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#heap[parent]!;
      if (!this.#isBelow(this.costs[above]!, this.indices[above]!, slot)) break;
      this.#heap[place] = above;
      place = parent;
    }
    this.#heap[place] = slot;
  }

  // The slot at the top has a new cost: moves it down to where it belongs.
  #sink(slot: number): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#count) break;
      if (child + 1 < this.#count && this.#precedes(this.#heap[child]!, this.#heap[child + 1]!)) child++;
      const below = this.#heap[child]!;
      if (!this.#precedes(slot, below)) break;
      this.#heap[place] = below;
      place = child;
    }
    this.#heap[place] = slot;
  }

  #precedes(first: number, second: number): boolean {
    return this.#isBelow(this.costs[first]!, this.indices[first]!, second);
  }
}
