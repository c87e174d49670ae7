// A model ready for use: its prepared files, its tokenizer and chat form, and the hashes that artifacts record.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { WEIGHTS_FILE } from '../../core/models/parameters.ts';
import type { WeightTensor } from '../../core/models/parameters.ts';
import { createChatEncoder } from './chat-encoding.ts';
import type { ChatEncoder } from './chat-encoding.ts';
import { encoderRefused } from './catalog.ts';
import { createChatTemplate } from './chat-template.ts';
import type { ChatTemplate } from './chat-template.ts';
import { hashText } from './file-hash.ts';
import type { JsonObject } from './model-source.ts';
import { prepareModel } from './prepare.ts';
import type { PreparedModel } from './prepare.ts';
import type { ModelName } from './references.ts';
import { createTokenizer } from './tokenizer.ts';
import type { TextTokenizer } from './tokenizer.ts';
import { verifyWeights } from './weights-file.ts';

export interface LanguageModelFiles {
  readonly name: string;
  readonly folder: string;
  /** `config.json` in Hugging Face form. */
  readonly config: JsonObject;
  readonly weightsPath: string;
  readonly tensors: readonly WeightTensor[];
  readonly tokenizer: TextTokenizer;
  readonly chatTemplate: ChatTemplate;
  readonly chat: ChatEncoder;
  /** SHA-256 of `weights.bin`, `tokenizer.json` and `chat-template.jinja`. */
  readonly hashes: { readonly weights: string; readonly tokenizer: string; readonly template: string };
}

/**
 * Opens a model, preparing it first where that has not been done. The weights' full hash is checked once per process.
 * @throws {PermanentError} `MissingModel` when a catalog model was not pulled, `CorruptModel`, `UnsupportedModel`, also for
 *   a tokenizer of another model
 */
export async function openModel(model: ModelName): Promise<LanguageModelFiles> {
  return openPrepared(await prepareModel(model));
}

/** As `openModel`, of a model whose prepared folder is known. */
export async function openPrepared({ name, folder, weights }: PreparedModel): Promise<LanguageModelFiles> {
  await verifyWeights(folder, weights);
  const readText = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');
  const tokenizerText = await readText('tokenizer.json');
  const templateText = await readText('chat-template.jinja');
  // Encoders alone are prepared without a chat template.
  if (templateText === '') throw encoderRefused(name);
  const tokenizer = createTokenizer(JSON.parse(tokenizerText) as JsonObject);
  const config = JSON.parse(await readText('config.json')) as JsonObject;
  requireFit(name, tokenizer, config);
  const tokenizerConfig = JSON.parse(await readText('tokenizer_config.json')) as JsonObject;
  const chatTemplate = createChatTemplate(templateText, tokenizerConfig);
  return {
    name,
    folder,
    config,
    weightsPath: join(folder, WEIGHTS_FILE),
    tensors: weights.tensors,
    tokenizer,
    chatTemplate,
    chat: createChatEncoder(chatTemplate, tokenizer),
    hashes: { weights: weights.sha256, tokenizer: hashText(tokenizerText), template: hashText(templateText) },
  };
}

/** A vocabulary larger than the tokenizer is padding and normal; a token beyond it has no embedding. */
function requireFit(name: string, { largestToken }: TextTokenizer, { vocab_size: size }: JsonObject): void {
  if (typeof size !== 'number' || largestToken < size) return; // a config without a size is refused where it is read
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `Model "${name}": its tokenizer has tokens up to ${largestToken}, but the model knows ${size} tokens (vocab_size in ` +
      'config.json). The tokenizer is of another model; take both from one repository.',
  );
}
