// The rows of the least populated clusters, cluster by cluster: where examples are taken from that show a model what is rare.
import { rankClusters, sparseClusterCount } from './sparse-clusters.ts';

/** The cluster of a row that has none, for want of a gradient. */
export const NO_CLUSTER = 0xffff_ffff;

/**
 * The rows of each sparse cluster, ascending, least populated cluster first. Clusters without rows do not count.
 * @param clusters - the cluster of each row, or `NO_CLUSTER`
 * @param share - share of the populated clusters that counts as sparse, in (0, 1]; at least one cluster does
 * @throws {PermanentError} `InvalidConfig` on a share outside (0, 1]
 */
export function sparseMembers(clusters: Uint32Array, clusterCount: number, share: number): readonly Uint32Array[] {
  const sizes = new Uint32Array(clusterCount);
  for (const cluster of clusters) if (cluster !== NO_CLUSTER) sizes[cluster] = sizes[cluster]! + 1;
  const populated = rankClusters(sizes).filter((cluster) => sizes[cluster]! > 0);
  const sparse = populated.slice(0, sparseClusterCount(populated.length, share));
  const members = new Map(
    [...sparse].map((cluster) => [cluster, { rows: new Uint32Array(sizes[cluster]!), filled: 0 }]),
  );
  clusters.forEach((cluster, row) => {
    const own = members.get(cluster);
    if (own !== undefined) own.rows[own.filled++] = row;
  });
  return [...members.values()].map(({ rows }) => rows);
}
