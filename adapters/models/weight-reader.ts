// Reads the tensors of a prepared model one at a time, from whichever of its files they lie in.

import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { WEIGHTS_FILE } from '../../core/models/parameters.ts';
import type { WeightTensor } from '../../core/models/parameters.ts';
import type { SourceTensor } from './model-source.ts';
import { readRange } from './read-range.ts';

export interface WeightReader {
  readonly source: (tensor: WeightTensor) => SourceTensor;
  readonly close: () => Promise<void>;
}

/** @param folder - what the tensors' files are relative to; each file opens at its first tensor */
export function openWeights(folder: string): WeightReader {
  const opened = new Map<string, Promise<FileHandle>>();
  const read = async ({ file = WEIGHTS_FILE, offset, length }: WeightTensor): Promise<Float32Array> => {
    const path = join(folder, file);
    const handle = opened.get(path) ?? open(path, 'r');
    opened.set(path, handle);
    const bytes = await readRange(await handle, path, offset, length);
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + length));
  };
  return {
    source: (tensor) => ({ name: tensor.name, shape: tensor.shape, read: () => read(tensor) }),
    async close() {
      for (const handle of opened.values()) await (await handle).close();
    },
  };
}
