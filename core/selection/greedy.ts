// Greedy choice from more rows than fit in memory, without a pass for each: costs only grow as rows are chosen, so a cost
// once computed bounds every later one from below (Minoux 1978, lazy greedy). The rows of least cost are held in memory,
// and choices among them stay the best of all rows until they cost more than the least cost outside.
import type { RowMatrix } from '../diversity/row-matrix.ts';
import type { RowSource } from '../diversity/row-source.ts';
import { Smallest } from './smallest.ts';

export interface GreedyRule {
  /** The cost of a row after one more row at this cosine to it was chosen: never less than before. */
  grow(cost: number, cosine: number): number;
  /**
   * The costs of all rows, block by block, after `added` were chosen since the last pass.
   * @param added - `[count, dimension]` row-major; null in the first pass
   */
  pass(added: Float32Array | null): AsyncIterable<CostBlock>;
}

export interface CostBlock {
  readonly start: number;
  readonly rows: RowMatrix;
  readonly costs: Float64Array;
}

export interface GreedySelection {
  /** Rows in the order of their choice. */
  readonly chosen: readonly number[];
  /** The cost of each when it was chosen. */
  readonly costs: Float64Array;
  /** How often the source was read. */
  readonly passes: number;
}

/** Rows held: some 16 MB at 1,024 numbers a row. */
const HELD_ROWS = 2048;

/**
 * Chooses `wanted` rows one by one, each of least cost at that moment (among equals of a pass: lowest index). Memory: the
 * rows held and a block. With `wanted` random directions some sqrt(wanted) passes are made.
 * @param heldRows - rows kept in memory; fewer need more passes. The choices are the same but for rows whose costs are
 * equal within the rounding of the engine: costs of held rows grow in float64 here, those of a pass by its products
 */
export async function chooseGreedily(
  source: RowSource,
  wanted: number,
  rule: GreedyRule,
  heldRows = HELD_ROWS,
): Promise<GreedySelection> {
  const total = Math.min(wanted, source.count);
  const costs = new Float64Array(total);
  const chosen: number[] = [];
  const taken = new Uint8Array(source.count);
  let added: Float32Array | null = null;
  let passes = 0;
  while (chosen.length < total) {
    const list = new ShortList(Math.min(heldRows, source.count), source.dimension);
    for await (const block of rule.pass(added)) list.offer(block, taken);
    passes++;
    const slots: number[] = [];
    while (chosen.length < total) {
      const slot = list.cheapest();
      if (slot < 0 || (slots.length > 0 && list.costs[slot]! > list.bound)) break;
      costs[chosen.length] = list.costs[slot]!;
      chosen.push(list.indices[slot]!);
      taken[list.indices[slot]!] = 1;
      slots.push(slot);
      list.take(slot, rule);
    }
    added = list.rowsOf(slots);
  }
  return { chosen, costs, passes };
}

/** The rows of least cost, with their values scaled to unit norm. */
class ShortList {
  readonly #dimension: number;
  readonly #least: Smallest;
  readonly #rows: Float64Array;
  readonly #taken: Uint8Array;

  constructor(size: number, dimension: number) {
    this.#dimension = dimension;
    this.#least = new Smallest(size);
    this.#rows = new Float64Array(size * dimension);
    this.#taken = new Uint8Array(size);
  }

  get costs(): Float64Array {
    return this.#least.costs;
  }

  get indices(): Uint32Array {
    return this.#least.indices;
  }

  get bound(): number {
    return this.#least.bound;
  }

  offer({ start, rows, costs }: CostBlock, taken: Uint8Array): void {
    const { values, dimension } = rows;
    costs.forEach((cost, place) => {
      if (taken[start + place] === 1) return;
      const slot = this.#least.offer(cost, start + place);
      if (slot < 0) return;
      const row = values.subarray(place * dimension, (place + 1) * dimension);
      const norm = Math.sqrt(row.reduce((squares, value) => squares + value * value, 0));
      for (let column = 0; column < dimension; column++) this.#rows[slot * dimension + column] = row[column]! / norm;
    });
  }

  /** The slot of least cost that was not taken, of equals the one of lowest index; -1 when all were. */
  cheapest(): number {
    const { costs, indices, count } = this.#least;
    let best = -1;
    for (let slot = 0; slot < count; slot++) {
      if (this.#taken[slot] === 1) continue;
      const above = best < 0 ? Infinity : costs[best]!;
      if (costs[slot]! < above || (costs[slot] === above && indices[slot]! < indices[best]!)) best = slot;
    }
    return best;
  }

  /** Takes a slot out, and raises the costs of all others by its cosine with them. */
  take(slot: number, rule: GreedyRule): void {
    const { costs, count } = this.#least;
    this.#taken[slot] = 1;
    const cosines = this.#cosinesWith(slot);
    for (let other = 0; other < count; other++) costs[other] = rule.grow(costs[other]!, cosines[other]!);
  }

  rowsOf(slots: readonly number[]): Float32Array {
    const rows = new Float32Array(slots.length * this.#dimension);
    slots.forEach((slot, place) => rows.set(this.#row(slot), place * this.#dimension));
    return rows;
  }

  #row(slot: number): Float64Array {
    return this.#rows.subarray(slot * this.#dimension, (slot + 1) * this.#dimension);
  }

  // Four rows at a time share the reads of the direction.
  #cosinesWith(slot: number): Float64Array {
    const dimension = this.#dimension;
    const rows = this.#rows;
    const direction = this.#row(slot).slice();
    const cosines = new Float64Array(this.#least.count);
    for (let first = 0; first < cosines.length; first += 4) {
      // What lies past the last row repeats it.
      const [a, b, c, d] = [0, 1, 2, 3].map((step) => Math.min(first + step, cosines.length - 1) * dimension) as Four;
      let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
      for (let column = 0; column < dimension; column++) {
        const value = direction[column]!;
        sumA += rows[a + column]! * value;
        sumB += rows[b + column]! * value;
        sumC += rows[c + column]! * value;
        sumD += rows[d + column]! * value;
      }
      cosines.set([sumA, sumB, sumC, sumD].slice(0, cosines.length - first), first);
    }
    return cosines;
  }
}

type Four = [number, number, number, number];
