// Plans batches under a token budget. A batch holds samples of one bucket only, so no sample is padded for another's sake.
import type { Bucket } from './encode.ts';

/** Positions of its samples in the list that was planned. */
export interface Batch {
  readonly bucket: Bucket;
  readonly members: readonly number[];
}

/**
 * Groups samples by bucket, longest bucket first: the last batch to start sets the wall time.
 * @param tokenBudget - padded input tokens that one batch may hold; a batch has at least one sample
 */
export function planBatches(buckets: readonly Bucket[], tokenBudget: number): Batch[] {
  const groups = new Map<string, { bucket: Bucket; members: number[] }>();
  buckets.forEach((bucket, index) => {
    const key = `${bucket.tokens}/${bucket.targets}`;
    const group = groups.get(key) ?? { bucket, members: [] };
    group.members.push(index);
    groups.set(key, group);
  });
  const ordered = [...groups.values()].sort(
    (a, b) => b.bucket.tokens - a.bucket.tokens || b.bucket.targets - a.bucket.targets,
  );
  return ordered.flatMap(({ bucket, members }) => {
    const size = Math.max(1, Math.floor(tokenBudget / bucket.tokens));
    return slices(members, size).map((part) => ({ bucket, members: part }));
  });
}

function slices(members: readonly number[], size: number): number[][] {
  const count = Math.ceil(members.length / size);
  return Array.from({ length: count }, (_, index) => members.slice(index * size, (index + 1) * size));
}
