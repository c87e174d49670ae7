// A BERT encoder in a Hugging Face folder, with what sentence-transformers adds to it, as a model source.

import { join } from 'node:path';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { encoderArchitectures, parseEncoderConfig } from '../../core/models/bert-config.ts';
import { encoderParameters } from '../../core/models/bert.ts';
import { stampExisting } from './file-hash.ts';
import { readJson, readOptionalJson } from './json-files.ts';
import type { JsonObject, ModelSource, SourceTensor } from './model-source.ts';
import { openSafetensorsFolder } from './safetensors-folder.ts';

const MODULES = 'modules.json';
const LENGTH = 'sentence_bert_config.json';

/** What is read besides the weights and the file of the pooling. */
const DESCRIPTION = ['config.json', 'tokenizer.json', 'tokenizer_config.json', LENGTH, MODULES];

/** Modules of sentence-transformers that this project knows how to stand in for. */
const knownModules = ['Transformer', 'Pooling', 'Normalize'];

/** Whether `folder` holds an encoder; false where there is no config.json, which opening it as another model then reports. */
export async function isEncoderFolder(folder: string): Promise<boolean> {
  const { architectures } = ((await readOptionalJson(folder, 'config.json')) ?? {}) as { architectures?: unknown };
  return Array.isArray(architectures) && architectures.some((name) => encoderArchitectures.includes(String(name)));
}

/**
 * The parameters of the encoder alone, under their names without `bert.`. The config says in `max_seq_length` how many
 * tokens of a text are read.
 * @throws {PermanentError} `MissingModel` naming the absent file, `CorruptModel` for one that cannot be read or lacks a
 *   parameter, `UnsupportedModel` for another pooling than the mean of all tokens
 */
export async function openEncoderFolder(folder: string): Promise<ModelSource> {
  const config = await readJson(folder, 'config.json');
  const tokenizer = await readJson(folder, 'tokenizer.json');
  const tokenizerConfig = (await readOptionalJson(folder, 'tokenizer_config.json')) ?? {};
  const poolingFile = await requireMeanPooling(folder);
  const described = await stampExisting(folder, [...DESCRIPTION, poolingFile]);
  const { stamps, tensors, close } = await openSafetensorsFolder(folder);
  try {
    return {
      files: [...described, ...stamps],
      config: { ...config, max_seq_length: await longestText(folder, config, tokenizerConfig) },
      tokenizer,
      tokenizerConfig,
      chatTemplate: '',
      tensors: tensorsOfEncoder(config, tensors, folder),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** As sentence-transformers has it: its own file's limit, or else the smaller one of model and tokenizer. */
async function longestText(folder: string, config: JsonObject, tokenizerConfig: JsonObject): Promise<number> {
  const { max_seq_length: own } = (await readOptionalJson(folder, LENGTH)) ?? {};
  const limits = [own ?? tokenizerConfig['model_max_length'], config['max_position_embeddings']];
  return Math.min(...limits.filter((limit) => typeof limit === 'number'));
}

function tensorsOfEncoder(config: JsonObject, stored: readonly SourceTensor[], folder: string): SourceTensor[] {
  const byName = new Map(stored.map((tensor) => [canonicalName(tensor.name), tensor]));
  return encoderParameters(parseEncoderConfig(config, join(folder, 'config.json'))).map(({ name, shape }) => {
    const tensor = byName.get(name);
    if (tensor?.shape.join() === shape.join()) return { ...tensor, name };
    const found = tensor === undefined ? 'no such tensor' : `[${tensor.shape.join(', ')}]`;
    throw new PermanentError(
      FailureType.CorruptModel,
      `${folder}, tensor ${name}: found ${found}, expected [${shape.join(', ')}] by config.json. Download the model again.`,
    );
  });
}

/** Checkpoints with a head put `bert.` before the encoder's names, and the oldest call what norms learn gamma and beta. */
function canonicalName(name: string): string {
  return name
    .replace(/^bert\./, '')
    .replace(/\.LayerNorm\.gamma$/, '.LayerNorm.weight')
    .replace(/\.LayerNorm\.beta$/, '.LayerNorm.bias');
}

/** Another pooling, or a layer behind it, would give other vectors in silence. Returns the name of the file that says so. */
async function requireMeanPooling(folder: string): Promise<string> {
  const modules = Object.values((await readOptionalJson(folder, MODULES)) ?? {}) as { type?: string; path?: string }[];
  const kinds = modules.map(({ type = '' }) => type.split('.').at(-1) ?? '');
  const other = kinds.find((kind) => !knownModules.includes(kind));
  if (other !== undefined) {
    throw unsupported(folder, `module "${other}"`, `modules ${knownModules.join(', ')}`);
  }
  const file = join(modules[kinds.indexOf('Pooling')]?.path ?? '1_Pooling', 'config.json');
  const pooling = (await readOptionalJson(folder, file)) ?? {};
  const modes = Object.keys(pooling).filter((key) => key.startsWith('pooling_mode_') && pooling[key] === true);
  const mode = pooling['pooling_mode'] ?? (modes.join(' and ').replaceAll('pooling_mode_', '') || 'mean_tokens');
  if (mode === 'mean' || mode === 'mean_tokens') return file;
  throw unsupported(folder, `pooling ${JSON.stringify(mode)}`, 'the mean of all tokens');
}

function unsupported(folder: string, found: string, supported: string): PermanentError {
  return new PermanentError(
    FailureType.UnsupportedModel,
    `${folder}: ${found} is not supported; supported: ${supported}. Use another embedding model.`,
  );
}
