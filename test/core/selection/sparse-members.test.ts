// The rows of the least populated clusters.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_CLUSTER, sparseMembers } from '../../../core/selection/sparse-members.ts';

const members = (clusters: number[], count: number, share: number) =>
  sparseMembers(Uint32Array.from(clusters), count, share).map((rows) => [...rows]);

describe('rows of sparse clusters', () => {
  it('come cluster by cluster, the least populated first, equal ones by number', () => {
    assert.deepEqual(members([0, 1, 0, 2, 1, 0, 3], 4, 0.75), [[3], [6], [1, 4]]);
    assert.deepEqual(members([0, 1, 0, 2, 1, 0, 3], 4, 0.25), [[3]]);
  });

  it('are those of at least one cluster, and never of an empty one', () => {
    assert.deepEqual(members([5, 5, 2, 2, 2], 8, 0.01), [[0, 1]]);
    assert.deepEqual(members([5, 5, 2, 2, 2], 8, 1), [
      [0, 1],
      [2, 3, 4],
    ]);
  });

  it('leave out rows without a cluster', () => {
    assert.deepEqual(members([NO_CLUSTER, 0, NO_CLUSTER], 1, 0.5), [[1]]);
    assert.deepEqual(members([NO_CLUSTER], 3, 0.5), []);
  });
});
