// A language model in a Hugging Face folder as a model source: config.json, safetensors, tokenizer.json and the chat template.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { stampExisting } from './file-hash.ts';
import { readJson, readOptionalText } from './json-files.ts';
import type { JsonObject, ModelSource, SourceTensor } from './model-source.ts';
import { openSafetensorsFolder } from './safetensors-folder.ts';

const TEMPLATE = 'chat_template.jinja';

/** @throws {PermanentError} `MissingModel` naming the absent file, `CorruptModel` for one that cannot be read */
export async function openHuggingFaceFolder(folder: string): Promise<ModelSource> {
  const config = await readJson(folder, 'config.json');
  const tokenizer = await readJson(folder, 'tokenizer.json');
  const tokenizerConfig = await readJson(folder, 'tokenizer_config.json');
  const chatTemplate = await readChatTemplate(folder, tokenizerConfig);
  const described = await stampExisting(folder, ['config.json', 'tokenizer.json', 'tokenizer_config.json', TEMPLATE]);
  const { stamps, tensors, close } = await openSafetensorsFolder(folder);
  try {
    const { tied, kept } = withoutTiedHead(config, tensors);
    return {
      files: [...described, ...stamps],
      config: { ...config, tie_word_embeddings: tied },
      tokenizer,
      tokenizerConfig: withPlainTokens(tokenizerConfig),
      chatTemplate,
      tensors: kept,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A head that is the embedding is stored once, whether or not the file repeats it. */
function withoutTiedHead(
  config: JsonObject,
  tensors: readonly SourceTensor[],
): { tied: boolean; kept: SourceTensor[] } {
  const kept = tensors.filter(({ name }) => name !== 'lm_head.weight');
  const tied = config['tie_word_embeddings'] === true || kept.length === tensors.length;
  return { tied, kept: tied ? kept : [...tensors] };
}

async function readChatTemplate(folder: string, tokenizerConfig: JsonObject): Promise<string> {
  const ownFile = await readOptionalText(folder, TEMPLATE);
  if (ownFile !== undefined) return ownFile;
  const field = tokenizerConfig['chat_template'];
  if (typeof field === 'string') return field;
  const named = Array.isArray(field) ? (field as { name?: string; template?: string }[]) : [];
  const template = named.find(({ name }) => name === 'default')?.template;
  if (template !== undefined) return template;
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `${folder} has no chat template: expected chat_template.jinja, or chat_template in tokenizer_config.json. ` +
      'Use an instruction-tuned model.',
  );
}

/** Special tokens as plain text: older folders write them as objects with a `content`. */
function withPlainTokens(tokenizerConfig: JsonObject): JsonObject {
  const plain: JsonObject = { ...tokenizerConfig };
  delete plain['chat_template'];
  for (const key of ['bos_token', 'eos_token', 'unk_token', 'pad_token']) {
    const value = plain[key];
    if (typeof value === 'object' && value !== null) plain[key] = (value as JsonObject)['content'] ?? null;
  }
  return plain;
}
