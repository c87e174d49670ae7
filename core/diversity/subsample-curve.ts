// How G-Vendi grows with the number of rows: values of two sets may be compared at equal n only, and this says where a
// set stands at smaller n.
import type { MatrixEngine } from '../matrix/engine.ts';
import { selectRandom } from '../selection/random.ts';
import type { RowSource } from './row-source.ts';
import { rowsAt } from './row-source.ts';
import { gVendiOf } from './source-spectrum.ts';

export interface CurvePoint {
  /** Rows of each subsample. */
  readonly n: number;
  /** Mean G-Vendi of the subsamples. */
  readonly mean: number;
  /** The lowest and the highest of them; both the value itself where n is all rows. */
  readonly low: number;
  readonly high: number;
}

/** Shares of the rows, each twice the one before. */
const PARTS = [16, 8, 4, 2, 1];

/**
 * G-Vendi of seeded draws without repeats of n/16, n/8, n/4 and n/2 rows, and of all n; sizes below 2 are left out.
 * Cost: `draws` x 0.94 + 1 times that of G-Vendi itself, and an eigenvalue problem for each draw.
 * @param key - names the random stream; equal keys give equal curves
 */
export async function subsampleCurve(
  source: RowSource,
  { key, draws = 5, engine }: { key: string; draws?: number; engine?: MatrixEngine },
): Promise<CurvePoint[]> {
  const sizes = PARTS.map((part) => Math.floor(source.count / part)).filter((size) => size >= 2);
  const points: CurvePoint[] = [];
  for (const n of sizes) {
    const scores: number[] = [];
    for (let draw = 0; draw < (n === source.count ? 1 : draws); draw++) {
      const rows = rowsAt(source, selectRandom(source.count, n, `${key}/${n}/${draw}`));
      scores.push((await gVendiOf(n === source.count ? source : rows, engine)).value);
    }
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    points.push({ n, mean, low: Math.min(...scores), high: Math.max(...scores) });
  }
  return points;
}
