// Writes a safetensors file, one tensor in memory at a time.

import { open } from 'node:fs/promises';
import { bytesOf, encodeTable } from '../../core/training/safetensors-table.ts';
import type { SourceTensor } from './model-source.ts';

/** Everything as float32, in the order given. */
export async function writeSafetensorsFile(path: string, tensors: readonly SourceTensor[]): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(encodeTable(tensors, {}));
    for (const tensor of tensors) await file.writeFile(bytesOf(await tensor.read()));
    await file.sync();
  } finally {
    await file.close();
  }
}
