// A model as a Hugging Face folder that transformers loads: weights, config, tokenizer, chat template, generation defaults.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createChatEncoder } from './chat-encoding.ts';
import { createChatTemplate } from './chat-template.ts';
import type { JsonObject } from './model-source.ts';
import { createTokenizer } from './tokenizer.ts';
import type { TextTokenizer } from './tokenizer.ts';
import type { WholeModel } from './whole-model.ts';
import { writeSafetensorsFile } from './write-safetensors.ts';

/** Writes into `folder`, which is there; the weights are one file of float32. */
export async function writeHuggingFaceFolder(folder: string, model: WholeModel): Promise<void> {
  const write = (name: string, content: JsonObject): Promise<void> =>
    writeFile(join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
  const tokens = specialTokens(model);
  await writeSafetensorsFile(join(folder, 'model.safetensors'), model.tensors);
  await write('config.json', { ...model.config, ...tokens.ids, torch_dtype: 'float32' });
  await write('generation_config.json', { ...tokens.ids, eos_token_id: tokens.ends });
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(model.tokenizer));
  await write('tokenizer_config.json', model.tokenizerConfig);
  await writeFile(join(folder, 'chat_template.jinja'), model.chatTemplate);
}

interface SpecialTokens {
  /** `bos_token_id` and its like, of those tokens that the tokenizer names. */
  readonly ids: JsonObject;
  /** Where a program that generates should stop: the end of a turn first, then the end of a text. */
  readonly ends: readonly number[];
}

function specialTokens({ tokenizer, tokenizerConfig, chatTemplate }: WholeModel): SpecialTokens {
  const text = createTokenizer(tokenizer);
  const found = ['bos', 'eos', 'pad'].flatMap((kind) => {
    const token = tokenizerConfig[`${kind}_token`];
    const id = typeof token === 'string' ? numberOf(text, token) : undefined;
    return id === undefined ? [] : [[`${kind}_token_id`, id] as const];
  });
  const ids = Object.fromEntries(found);
  const { endOfTurn } = createChatEncoder(createChatTemplate(chatTemplate, tokenizerConfig), text);
  const ends = [numberOf(text, endOfTurn), ids['eos_token_id']].filter((id) => id !== undefined);
  return { ids, ends: [...new Set(ends)] };
}

function numberOf(tokenizer: TextTokenizer, token: string): number | undefined {
  const special = tokenizer.specialTokens.get(token);
  if (special !== undefined) return special;
  const [only, ...more] = tokenizer.encode(token);
  return more.length === 0 ? only : undefined;
}
