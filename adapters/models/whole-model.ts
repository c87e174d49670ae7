// A model of its own as it is handed on: the weights with what training changed in them, read one tensor at a time.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoraAdapter } from '../../core/training/adapter-file.ts';
import { loraScale, mergeLora } from '../../core/training/lora.ts';
import type { JsonObject, ModelSource, SourceTensor } from './model-source.ts';
import type { StudentModel } from './student.ts';
import { openWeights } from './weight-reader.ts';

export type WholeModel = Omit<ModelSource, 'files'>;

/** Adapters are merged into the weights when a tensor is read. */
export async function openWholeModel({ files, adapter }: StudentModel): Promise<WholeModel> {
  const read = (name: string): Promise<string> => readFile(join(files.folder, name), 'utf8');
  const weights = openWeights(files.folder);
  return {
    config: files.config,
    tokenizer: JSON.parse(await read('tokenizer.json')) as JsonObject,
    tokenizerConfig: JSON.parse(await read('tokenizer_config.json')) as JsonObject,
    chatTemplate: await read('chat-template.jinja'),
    tensors: files.tensors.map((tensor) => merged(weights.source(tensor), adapter)),
    close: weights.close,
  };
}

function merged(tensor: SourceTensor, adapter: LoraAdapter | undefined): SourceTensor {
  const module = tensor.name.replace(/\.weight$/, '');
  const down = adapter?.tensors.get(`${module}.lora_A.weight`);
  const up = adapter?.tensors.get(`${module}.lora_B.weight`);
  if (adapter === undefined || down === undefined || up === undefined) return tensor;
  const { specification } = adapter;
  const scale = loraScale(specification);
  return { ...tensor, read: async () => mergeLora(await tensor.read(), down, up, { rank: specification.rank, scale }) };
}
