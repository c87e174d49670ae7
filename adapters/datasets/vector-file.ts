// Plain vectors on disk, whatever the format.

import type { VectorMatrix } from '../../core/diversity/vectors.ts';

export interface VectorFile {
  readonly count: number;
  readonly dimension: number;
  /** Vectors start to end - 1. */
  read(start: number, end: number): Promise<VectorMatrix>;
  close(): Promise<void>;
}
