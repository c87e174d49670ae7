// Prismatic selection (Jung et al. 2505.20161): a candidate stays when its nearest cluster is among the least populated.
// Sparse goes by rank, not by a size threshold, and counts follow every acceptance, so one batch cannot fill one cell.
import { FailureType, PermanentError } from '../../contracts/failures.ts';

export interface SparsePlan {
  /** Share of the clusters that counts as sparse, in (0, 1]. Default 0.5, the paper's. */
  readonly share?: number | undefined;
  /** Accept no more than this many. */
  readonly wanted: number;
}

/** Why a candidate was not accepted. */
export type SparseReason = 'dense-cluster' | 'enough';

export interface SparseSelection {
  /** Accepted candidates, in the order in which they were accepted. */
  readonly accepted: readonly number[];
  /** Why a candidate that was not accepted was not. */
  readonly reason: SparseReason;
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
 * Goes through the candidates in the given order and accepts those whose nearest cluster is sparse at that moment; those
 * that were not are offered again, until enough are accepted or a whole turn accepts none.
 * @param clusters - the nearest cluster of each candidate
 * @param sizes - rows of the pool in each cluster, empty clusters included
 * @throws {PermanentError} `InvalidConfig` on a share outside (0, 1]; `InvalidData` on a cluster that has no size
 */
export function selectSparse(
  clusters: Uint32Array,
  sizes: ArrayLike<number>,
  { share = 0.5, wanted }: SparsePlan,
): SparseSelection {
  const stranger = clusters.find((cluster) => cluster >= sizes.length);
  if (stranger !== undefined) {
    throw new PermanentError(
      FailureType.InvalidData,
      `sparse clusters: a candidate of cluster ${stranger}, but sizes of ${sizes.length}; count empty clusters too`,
    );
  }
  const ranking = new Ranking(sizes, sparseClusterCount(sizes.length, share));
  const accepted: number[] = [];
  let waiting = Array.from(clusters.keys());
  let offered = Infinity;
  while (accepted.length < wanted && waiting.length < offered) {
    offered = waiting.length;
    waiting = waiting.filter((candidate) => {
      const cluster = clusters[candidate]!;
      if (accepted.length >= wanted || !ranking.isSparse(cluster)) return true;
      accepted.push(candidate);
      ranking.grow(cluster);
      return false;
    });
  }
  return { accepted, reason: accepted.length >= wanted ? 'enough' : 'dense-cluster', sizes: ranking.sizes };
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
