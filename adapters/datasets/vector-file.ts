// Plain vectors on disk, whatever the format.

import type { VectorSource } from '../../core/diversity/vectors.ts';

export interface VectorFile extends VectorSource {
  close(): Promise<void>;
}
