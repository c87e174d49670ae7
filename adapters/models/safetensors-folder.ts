// The weights of a Hugging Face folder: model.safetensors, or the shards that its index names.

import { join } from 'node:path';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { readOptionalText } from './json-files.ts';
import type { FileStamp, SourceTensor } from './model-source.ts';
import { openSafetensors } from './safetensors-file.ts';
import type { SafetensorsFile } from './safetensors-file.ts';

const INDEX = 'model.safetensors.index.json';

export interface SafetensorsFolder {
  readonly stamps: readonly FileStamp[];
  readonly tensors: readonly SourceTensor[];
  readonly close: () => Promise<void>;
}

/** @throws {PermanentError} `MissingModel` naming the absent file, `CorruptModel` for one that cannot be read */
export async function openSafetensorsFolder(folder: string): Promise<SafetensorsFolder> {
  const files: SafetensorsFile[] = [];
  const close = async (): Promise<void> => {
    for (const file of files) await file.close();
  };
  try {
    for (const name of await weightFiles(folder)) files.push(await openSafetensors(join(folder, name)));
  } catch (error) {
    await close();
    throw error;
  }
  return { stamps: files.map(({ stamp }) => stamp), tensors: files.flatMap(({ tensors }) => tensors), close };
}

async function weightFiles(folder: string): Promise<string[]> {
  const text = await readOptionalText(folder, INDEX);
  if (text === undefined) return ['model.safetensors'];
  try {
    const { weight_map: weightMap } = JSON.parse(text) as { weight_map: Record<string, string> };
    return [...new Set(Object.values(weightMap))].sort();
  } catch (error) {
    throw new PermanentError(
      FailureType.CorruptModel,
      `${join(folder, INDEX)} has no weight_map that can be read; expected JSON that names the shard of every tensor. ` +
        'Download the model again.',
      { cause: error },
    );
  }
}
