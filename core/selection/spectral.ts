// Spectral selection: grow a set so that its spectrum stays as flat as it can. Greedy on order 2 of the Vendi family,
// VS_2 = 1 / ||C||²: there the best next row is exact and needs no eigenvalues, and order 1 follows it closely.
import { gatherRows } from '../diversity/row-matrix.ts';
import type { RowSource } from '../diversity/row-source.ts';
import { blocksOf } from '../diversity/row-source.ts';
import { squareOf } from '../diversity/symmetric-products.ts';
import { gVendi } from '../diversity/vendi.ts';
import type { MatrixEngine, OverlapBlock } from '../matrix/engine.ts';
import { plainEngine } from '../matrix/plain-engine.ts';
import type { CostBlock } from './greedy.ts';
import { chooseGreedily } from './greedy.ts';
import { polishBySwaps } from './swap-polish.ts';

export interface SpectralPlan {
  /** Rows to choose. */
  readonly wanted: number;
  /** Rows already there, of the same dimension, which the chosen ones should complement. */
  readonly pool?: RowSource | undefined;
  /** Default: loops on this thread. */
  readonly engine?: MatrixEngine | undefined;
  /** Rows held in memory; see `chooseGreedily`. */
  readonly heldRows?: number | undefined;
}

export interface SpectralSelection {
  /** Chosen candidates, best first: every prefix is the greedy choice of that size, but for small sets, which are polished. */
  readonly chosen: readonly number[];
  /** VS_2 of pool and chosen together after each choice. */
  readonly scores: Float64Array;
  /** How often the candidates were read. */
  readonly passes: number;
}

/** Without a pool, sets of up to this many candidates x chosen are polished by swaps: about a second, */
const POLISHED_PAIRS = 2048;
/** unless cosines of all pairs of candidates take more than half a second, in multiply-adds. */
const POLISHED_WORK = 2 ** 30;

/**
 * Chooses candidates one by one, each time the one that leaves VS_2 of the whole highest (ties: lowest index). With S the
 * sum of x xᵀ over pool and chosen, ||S + x xᵀ||² = ||S||² + 2 xᵀS x + 1, so that is the one of least xᵀS x: the sum
 * of its squared cosines with all rows there. Cost: (wanted + dimension) x candidates x dimension multiply-adds, some
 * sqrt(wanted) passes over the candidates, one over the pool. Greedy has no proven bound on this score; its gap to the
 * best of all subsets is measured in test/core/selection/spectral-optimum.test.ts.
 * @throws {PermanentError} `InvalidData` on rows off unit norm
 */
export async function selectSpectral(candidates: RowSource, plan: SpectralPlan): Promise<SpectralSelection> {
  const { wanted, pool, engine = plainEngine, heldRows } = plan;
  if (pool === undefined || pool.count === 0) {
    const greedy = await grow(candidates, { wanted, heldRows, engine }, () => unscored(candidates));
    return isPolished(candidates, wanted) ? polished(candidates, greedy) : greedy;
  }
  const moments = squareOf((await engine.moments(pool)).sums, 1);
  const start = { count: pool.count, squares: moments.reduce((sum, entry) => sum + entry * entry, 0) };
  return grow(candidates, { wanted, heldRows, engine, start }, () => engine.overlaps(candidates, moments));
}

interface Growth {
  readonly wanted: number;
  readonly heldRows: number | undefined;
  readonly engine: MatrixEngine;
  /** Rows of the pool and ||S||² of them. */
  readonly start?: { readonly count: number; readonly squares: number };
}

async function grow(
  candidates: RowSource,
  { wanted, heldRows, engine, start = { count: 0, squares: 0 } }: Growth,
  firstOverlaps: () => AsyncIterable<OverlapBlock>,
): Promise<SpectralSelection> {
  const overlaps = new Float64Array(candidates.count);
  const rule = {
    grow: (cost: number, cosine: number): number => cost + cosine * cosine,
    async *pass(added: Float32Array | null): AsyncGenerator<CostBlock> {
      const blocks = added === null ? firstOverlaps() : engine.squaredCosines(candidates, added);
      for await (const { start: first, rows, overlaps: more } of blocks) {
        const costs = overlaps.subarray(first, first + rows.count);
        more.forEach((overlap, place) => (costs[place] = costs[place]! + overlap));
        yield { start: first, rows, costs };
      }
    },
  };
  const { chosen, costs, passes } = await chooseGreedily(candidates, wanted, rule, heldRows);
  let { squares } = start;
  const scores = costs.map((cost, place) => {
    squares += 2 * cost + 1;
    return (start.count + place + 1) ** 2 / squares;
  });
  return { chosen, scores, passes };
}

async function* unscored(candidates: RowSource): AsyncGenerator<OverlapBlock> {
  for await (const block of blocksOf(candidates)) yield { ...block, overlaps: new Float64Array(block.rows.count) };
}

// One row, or all of them, cannot be chosen better.
function isPolished({ count, dimension }: RowSource, wanted: number): boolean {
  const pays = wanted > 1 && wanted < count;
  return pays && count * wanted <= POLISHED_PAIRS && count * count * dimension <= POLISHED_WORK;
}

async function polished(candidates: RowSource, { chosen, passes }: SpectralSelection): Promise<SpectralSelection> {
  const rows = await candidates.read(0, candidates.count);
  const better = polishBySwaps(rows, chosen);
  const scores = Float64Array.from(better, (_, place) => gVendi(gatherRows(rows, better.slice(0, place + 1))).vs2);
  return { chosen: better, scores, passes: passes + 1 };
}
