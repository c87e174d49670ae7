// Prismatic selection (Jung et al. 2505.20161): a candidate stays when its nearest cluster is among the least populated.
// Sparse goes by rank, not by a size threshold, and counts follow every acceptance, so one batch cannot fill one cell.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { RowMatrix } from '../diversity/row-matrix.ts';
import { requireUnitRows } from '../diversity/row-matrix.ts';
import { nearestCentroids } from './nearest-centroid.ts';

export interface SparsePlan {
  /** Share of the clusters that counts as sparse, in (0, 1]. Default 0.5, the paper's. */
  readonly share?: number;
  /** Accept no more than this many. */
  readonly wanted: number;
}

/** Why a candidate was not accepted. */
export type SparseReason = 'dense-cluster' | 'enough';

export interface SparseSelection {
  /** Accepted candidates, in the order given. */
  readonly accepted: readonly number[];
  readonly rejected: readonly { readonly candidate: number; readonly reason: SparseReason }[];
  /** The nearest cluster of every candidate, accepted or not. */
  readonly clusters: Uint32Array;
  /** Cluster sizes with the accepted candidates added. */
  readonly sizes: Uint32Array;
}

/** How many of `clusterCount` clusters are sparse: the whole part of share x clusterCount, at least one. */
export function sparseClusterCount(clusterCount: number, share: number): number {
  if (!(share > 0 && share <= 1)) {
    throw new PermanentError(
      FailureType.InvalidConfig,
      `sparse clusters: share ${share}, expected above 0 and up to 1`,
    );
  }
  return Math.max(1, Math.floor(clusterCount * share));
}

/** Clusters by rank, least populated first; equal sizes by cluster index. */
export function rankClusters(sizes: ArrayLike<number>): Uint32Array {
  const ranking = Uint32Array.from({ length: sizes.length }, (_, cluster) => cluster);
  return ranking.sort((a, b) => sizes[a]! - sizes[b]! || a - b);
}

/**
 * Goes through the candidates in the given order and accepts those whose nearest centroid is sparse at that moment.
 * Accepted and rejected together are all candidates.
 * @param centroids - `[clusterCount, dimension]` row-major
 * @param sizes - rows of the pool in each cluster, one entry a centroid
 * @throws {PermanentError} `InvalidConfig` on a share outside (0, 1]; `InvalidData` when sizes and centroids differ in
 * number, or a candidate is off unit norm
 */
export function selectSparse(
  candidates: RowMatrix,
  centroids: Float32Array,
  sizes: ArrayLike<number>,
  { share = 0.5, wanted }: SparsePlan,
): SparseSelection {
  requireUnitRows(candidates, 'sparse clusters');
  if (sizes.length * candidates.dimension !== centroids.length) {
    throw new PermanentError(
      FailureType.InvalidData,
      `sparse clusters: ${sizes.length} sizes for ${centroids.length / candidates.dimension} centroids; count empty clusters too`,
    );
  }
  const { clusters } = nearestCentroids(candidates, centroids);
  const ranking = new Ranking(sizes, sparseClusterCount(sizes.length, share));
  const accepted: number[] = [];
  const rejected: { candidate: number; reason: SparseReason }[] = [];
  clusters.forEach((cluster, candidate) => {
    if (accepted.length >= wanted) rejected.push({ candidate, reason: 'enough' });
    else if (!ranking.isSparse(cluster)) rejected.push({ candidate, reason: 'dense-cluster' });
    else {
      accepted.push(candidate);
      ranking.grow(cluster);
    }
  });
  return { accepted, rejected, clusters, sizes: ranking.sizes };
}

/** The clusters in rank order while their sizes grow one by one. */
class Ranking {
  readonly sizes: Uint32Array;
  readonly #sparseCount: number;
  readonly #order: Uint32Array;
  readonly #rank: Uint32Array;

  constructor(sizes: ArrayLike<number>, sparseCount: number) {
    this.sizes = Uint32Array.from(sizes);
    this.#sparseCount = sparseCount;
    this.#order = rankClusters(sizes);
    this.#rank = new Uint32Array(sizes.length);
    this.#order.forEach((cluster, rank) => {
      this.#rank[cluster] = rank;
    });
  }

  isSparse(cluster: number): boolean {
    return this.#rank[cluster]! < this.#sparseCount;
  }

  grow(cluster: number): void {
    this.sizes[cluster] = this.sizes[cluster]! + 1;
    let rank = this.#rank[cluster]!;
    while (rank + 1 < this.#order.length && this.#precedes(this.#order[rank + 1]!, cluster)) {
      const other = this.#order[rank + 1]!;
      this.#order[rank] = other;
      this.#rank[other] = rank;
      rank++;
    }
    this.#order[rank] = cluster;
    this.#rank[cluster] = rank;
  }

  #precedes(first: number, second: number): boolean {
    const difference = this.sizes[first]! - this.sizes[second]!;
    return difference < 0 || (difference === 0 && first < second);
  }
}
