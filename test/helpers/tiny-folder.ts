// The tiny model of tiny-gguf.ts as a Hugging Face folder: config.json, tokenizer, chat template, safetensors in any split.

import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareModel } from '../../adapters/models/prepare.ts';
import { writeSafetensors } from './safetensors.ts';
import type { StoredTensor } from './safetensors.ts';
import { writeTinyGguf } from './tiny-gguf.ts';

export interface TinyFolders {
  readonly tensors: readonly StoredTensor[];
  /** Writes a folder with these files of weights, and an index where there are several. */
  readonly write: (folder: string, files: Readonly<Record<string, readonly StoredTensor[]>>) => Promise<void>;
}

/** `root` takes the GGUF file; the model is prepared in the cache, which the caller has put somewhere of its own. */
export async function tinyFolders(root: string): Promise<TinyFolders> {
  const path = join(root, 'tiny.gguf');
  await writeTinyGguf(path);
  const { folder: prepared, weights } = await prepareModel({ gguf: path });
  const bytes = await readFile(join(prepared, 'weights.bin'));
  const tensors = weights.tensors.map(({ name, shape, offset, length }) => {
    return { name, shape, dtype: 'F32', bytes: Uint8Array.from(bytes.subarray(offset, offset + length)) };
  });
  return { tensors, write: (folder, files) => writeFolder(prepared, folder, files) };
}

async function writeFolder(
  prepared: string,
  folder: string,
  files: Readonly<Record<string, readonly StoredTensor[]>>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
    await copyFile(join(prepared, file), join(folder, file));
  await copyFile(join(prepared, 'chat-template.jinja'), join(folder, 'chat_template.jinja'));
  for (const [file, tensors] of Object.entries(files)) await writeSafetensors(join(folder, file), tensors);
  if (Object.keys(files).length < 2) return;
  const places = Object.entries(files).flatMap(([file, tensors]) => tensors.map(({ name }) => [name, file]));
  const index = { weight_map: Object.fromEntries(places) as unknown };
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
}
