// The k-center control: rows spread so that no row is far from a chosen one. Farthest point first (Gonzalez 1985), whose
// largest distance is at most twice the least possible, for the angle between rows.
import { requireUnitRows } from '../diversity/row-matrix.ts';
import type { RowSource } from '../diversity/row-source.ts';
import { blocksOf } from '../diversity/row-source.ts';
import type { MatrixEngine } from '../matrix/engine.ts';
import { plainEngine } from '../matrix/plain-engine.ts';
import { uniformAt } from '../random/philox.ts';
import { unitNorms } from './cluster-sums.ts';
import type { CostBlock } from './greedy.ts';
import { chooseGreedily } from './greedy.ts';

export interface KCenterPlan {
  readonly wanted: number;
  /** Names the draw of the first row; not read when there is a pool. */
  readonly key: string;
  /** Rows already there, of the same dimension, from which the chosen ones keep away too. */
  readonly pool?: RowSource | undefined;
  /** Default: loops on this thread. */
  readonly engine?: MatrixEngine | undefined;
  /** Rows held in memory; see `chooseGreedily`. */
  readonly heldRows?: number | undefined;
}

/**
 * Candidates in the order of their choice: the first by the key, then always the one whose largest cosine with the pool
 * and those chosen is least.
 * Cost: (pool + wanted) x candidates x dimension multiply-adds.
 * @throws {PermanentError} `InvalidData` on rows off unit norm, those of the pool included
 */
export async function selectKCenter(candidates: RowSource, plan: KCenterPlan): Promise<readonly number[]> {
  const { wanted, key, pool, engine = plainEngine, heldRows } = plan;
  if (candidates.count === 0) return [];
  const norms = await unitNorms(candidates);
  const nearest = await startCosines(candidates, norms, { key, pool, engine });
  const { chosen } = await chooseGreedily(
    candidates,
    wanted,
    {
      grow: Math.max,
      async *pass(added): AsyncGenerator<CostBlock> {
        const blocks = added === null ? blocksOf(candidates) : nearing(candidates, norms, nearest, added, engine);
        for await (const { start, rows } of blocks) {
          yield { start, rows, costs: nearest.subarray(start, start + rows.count) };
        }
      },
    },
    heldRows,
  );
  return chosen;
}

async function startCosines(
  candidates: RowSource,
  norms: Float64Array,
  { key, pool, engine }: { key: string; pool: RowSource | undefined; engine: MatrixEngine },
): Promise<Float64Array> {
  const nearest = new Float64Array(candidates.count).fill(NONE_CHOSEN);
  if (pool === undefined || pool.count === 0) {
    nearest[Math.floor(uniformAt(key, 0) * candidates.count)] = FIRST;
    return nearest;
  }
  for await (const { start: first, rows } of blocksOf(pool)) {
    const poolNorms = requireUnitRows(rows, 'k-center, pool', first);
    const directions = rows.values.map((value, place) => value / poolNorms[Math.floor(place / pool.dimension)]!);
    for await (const { start, similarities } of engine.nearest(candidates, directions)) {
      raise(nearest, norms, start, similarities);
    }
  }
  return nearest;
}

/** Below every cosine. */
const NONE_CHOSEN = -2;
const FIRST = -3;

/** Raises the largest cosines to those with `added`, and hands the blocks on. */
async function* nearing(
  candidates: RowSource,
  norms: Float64Array,
  nearest: Float64Array,
  added: Float32Array,
  engine: MatrixEngine,
): AsyncGenerator<{ start: number; rows: CostBlock['rows'] }> {
  for await (const { start, rows, similarities } of engine.nearest(candidates, added)) {
    raise(nearest, norms, start, similarities);
    yield { start, rows };
  }
}

function raise(nearest: Float64Array, norms: Float64Array, start: number, similarities: Float64Array): void {
  similarities.forEach((similarity, place) => {
    const row = start + place;
    nearest[row] = Math.max(nearest[row]!, similarity / norms[row]!);
  });
}
