// The last percents of a small selection: greedy looks at order 2 and never takes a row back, so chosen and left rows
// change places for as long as that raises order 1, which is G-Vendi.
import { cosineMatrix } from '../diversity/cosines.ts';
import { symmetricEigenvalues } from '../diversity/eigenvalues.ts';
import type { RowMatrix } from '../diversity/row-matrix.ts';
import { vendiScore } from '../diversity/vendi.ts';

/** A swap must raise the score by more than this share, so that rounding cannot swap to and fro. */
const LEAST_GAIN = 1e-9;

/**
 * The chosen rows after swaps, each time the one that raises G-Vendi of the set most (ties: first chosen, then first row);
 * a row that comes in takes the place of the one that goes. No single swap raises what is returned.
 * Cost: rows² x dimension / 2 multiply-adds, then chosen x left eigenvalue problems of order `chosen.length` for each swap.
 * @throws {PermanentError} `InvalidData` on rows off unit norm
 */
export function polishBySwaps(rows: RowMatrix, chosen: readonly number[]): number[] {
  const cosines = cosineMatrix(rows);
  const now = [...chosen];
  let score = scoreOf(cosines, rows.count, now);
  for (;;) {
    let best: { score: number; place: number; row: number } | null = null;
    for (let place = 0; place < now.length; place++) {
      for (let row = 0; row < rows.count; row++) {
        if (now.includes(row)) continue;
        const swapped = scoreOf(cosines, rows.count, now.with(place, row));
        if (swapped > (best?.score ?? score * (1 + LEAST_GAIN))) best = { score: swapped, place, row };
      }
    }
    if (best === null) return now;
    now[best.place] = best.row;
    score = best.score;
  }
}

function scoreOf(cosines: Float64Array, count: number, set: readonly number[]): number {
  const gram = Float64Array.from({ length: set.length ** 2 }, (_, place) => {
    const [first, second] = [set[Math.floor(place / set.length)]!, set[place % set.length]!];
    return cosines[first * count + second]! / set.length;
  });
  return vendiScore(symmetricEigenvalues(gram, set.length));
}
