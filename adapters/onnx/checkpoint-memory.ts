// The memory of a checkpoint, to be moved between threads instead of copied.

import type { Checkpoint } from '../../core/training/checkpoint.ts';

/** Buffers that belong to the checkpoint alone; arrays that share theirs with something else are left to be copied. */
export function checkpointMemory({ parameters, optimizer }: Checkpoint): ArrayBuffer[] {
  const moments = [...optimizer.moments.values()].flatMap(({ first, second }) => [first, second]);
  return [...parameters.values(), ...moments].flatMap(({ buffer, byteLength }) =>
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [],
  );
}
