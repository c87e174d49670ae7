// A classifier as the Hugging Face folder of a BertForSequenceClassification, which transformers loads.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { headParameters } from '../../core/models/classifier.ts';
import type { ClassifierFiles } from './classifier.ts';
import type { JsonObject } from './model-source.ts';
import { openWeights } from './weight-reader.ts';
import { writeSafetensorsFile } from './write-safetensors.ts';

/** Writes into `folder`, which is there; texts are to be given as the prompts of the task are. */
export async function writeClassifierFolder(folder: string, files: ClassifierFiles): Promise<void> {
  const { labels, maximumLength } = files;
  const read = async (name: string): Promise<JsonObject> =>
    JSON.parse(await readFile(join(files.folder, name), 'utf8')) as JsonObject;
  const write = (name: string, content: JsonObject): Promise<void> =>
    writeFile(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
  await writeWeights(join(folder, 'model.safetensors'), files);
  const { max_seq_length: _, ...config } = await read('config.json');
  await write('config.json', {
    ...config,
    architectures: ['BertForSequenceClassification'],
    problem_type: 'single_label_classification',
    id2label: Object.fromEntries(labels.map((label, index) => [index, label])),
    label2id: Object.fromEntries(labels.map((label, index) => [label, index])),
    torch_dtype: 'float32',
  });
  // What sentence-transformers cuts and pads to is not how a text was read here.
  const tokenizer = { ...(await read('tokenizer.json')), truncation: null, padding: null };
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  await write('tokenizer_config.json', { ...(await read('tokenizer_config.json')), model_max_length: maximumLength });
}

async function writeWeights(path: string, { folder, config, tensors, labels }: ClassifierFiles): Promise<void> {
  const weights = openWeights(folder);
  const outside = headParameters(config, labels.length).filter(({ name }) => name.startsWith('classifier.'));
  const sources = tensors.map((tensor) => {
    const name = outside.some((parameter) => parameter.name === tensor.name) ? tensor.name : `bert.${tensor.name}`;
    return { ...weights.source(tensor), name };
  });
  try {
    await writeSafetensorsFile(path, sources);
  } finally {
    await weights.close();
  }
}
