// Whether selection steered: where in the pool's clusters the candidates fell, which were accepted, and how often those in
// sparse clusters had been let through. Sparse regions also collect wrong answers, so the rates are shown side by side.

import type { Steering, SteeringSide } from '../../contracts/status.ts';
import { rankClusters, sparseClusterCount } from './sparse-clusters.ts';

export interface SteeringInput {
  /** Rows of the pool in each cluster. */
  readonly sizes: ArrayLike<number>;
  readonly sparseShare: number;
  /** The nearest cluster of each candidate, and whether it was accepted. */
  readonly nearest: ArrayLike<number>;
  readonly accepted: ReadonlySet<number>;
  /** The nearest cluster of each audited one of the `refused` candidates. */
  readonly audited: ArrayLike<number>;
  readonly refused: number;
  /** Refused ones that no gradient could be had of; they are told, and in no rate. */
  readonly unsketchable: number;
}

export function steeringOf(input: SteeringInput): Steering {
  const { sizes, sparseShare, nearest, accepted, audited, refused, unsketchable } = input;
  const candidates = countInto(sizes.length, nearest);
  const taken = countInto(
    sizes.length,
    Array.from(accepted, (candidate) => nearest[candidate]!),
  );
  const audits = countInto(sizes.length, audited);
  const ranking = rankClusters(sizes);
  const border = sparseClusterCount(sizes.length, sparseShare);
  const weight = audited.length === 0 ? 0 : refused / audited.length;
  const sideOf = (clusters: Uint32Array): SteeringSide => {
    const sum = (counts: ArrayLike<number>) => clusters.reduce((total, cluster) => total + counts[cluster]!, 0);
    const passed = sum(candidates);
    const seen = passed + weight * sum(audits);
    const known = seen > 0 && (refused === 0 || audited.length > 0);
    return {
      clusters: clusters.length,
      pool: sum(sizes),
      candidates: passed,
      accepted: sum(taken),
      verifiedShare: known ? passed / seen : null,
    };
  };
  return {
    candidates: [...candidates],
    accepted: [...taken],
    sparse: sideOf(ranking.subarray(0, border)),
    dense: sideOf(ranking.subarray(border)),
    refused,
    audited: audited.length,
    unsketchable,
  };
}

function countInto(clusters: number, members: ArrayLike<number>): Uint32Array {
  const counts = new Uint32Array(clusters);
  for (let member = 0; member < members.length; member++) counts[members[member]!] = counts[members[member]!]! + 1;
  return counts;
}
