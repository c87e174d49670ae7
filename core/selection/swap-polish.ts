// The last percents of a small selection: greedy looks at order 2 and never takes a row back, so chosen and left rows
// change places for as long as that raises order 1, which is G-Vendi.
import { symmetricEigenvalues } from '../diversity/eigenvalues.ts';
import type { RowMatrix } from '../diversity/row-matrix.ts';
import { vendiScore } from '../diversity/vendi.ts';

/** A swap must raise the score by more than this share, so that rounding cannot swap to and fro. */
const LEAST_GAIN = 1e-9;

/**
 * The chosen rows after swaps, each time the one that raises G-Vendi of the set most (ties: first chosen, then first row);
 * a row that comes in takes the place of the one that goes. No single swap raises what is returned.
 * Cost: chosen x left eigenvalue problems of order `chosen.length` for each swap.
 */
export function polishBySwaps(rows: RowMatrix, chosen: readonly number[]): number[] {
  const products = productsOf(rows);
  const now = [...chosen];
  let score = scoreOf(products, rows.count, now);
  for (;;) {
    let best: { score: number; place: number; row: number } | null = null;
    for (let place = 0; place < now.length; place++) {
      for (let row = 0; row < rows.count; row++) {
        if (now.includes(row)) continue;
        const swapped = scoreOf(products, rows.count, now.with(place, row));
        if (swapped > (best?.score ?? score * (1 + LEAST_GAIN))) best = { score: swapped, place, row };
      }
    }
    if (best === null) return now;
    now[best.place] = best.row;
    score = best.score;
  }
}

/** Cosines of all pairs of rows. */
function productsOf({ values, count, dimension }: RowMatrix): Float64Array {
  const products = new Float64Array(count * count);
  for (let first = 0; first < count; first++) {
    for (let second = 0; second < count; second++) {
      let product = 0;
      for (let column = 0; column < dimension; column++) {
        product += values[first * dimension + column]! * values[second * dimension + column]!;
      }
      products[first * count + second] = product;
    }
  }
  const norms = Float64Array.from({ length: count }, (_, row) => Math.sqrt(products[row * count + row]!));
  return products.map((product, place) => product / (norms[Math.floor(place / count)]! * norms[place % count]!));
}

function scoreOf(products: Float64Array, count: number, set: readonly number[]): number {
  const gram = Float64Array.from({ length: set.length ** 2 }, (_, place) => {
    const [first, second] = [set[Math.floor(place / set.length)]!, set[place % set.length]!];
    return products[first * count + second]! / set.length;
  });
  return vendiScore(symmetricEigenvalues(gram, set.length));
}
