// The tokenizer of a model as the header of a GGUF file states it: what gguf-tokenizer.ts reads, the other way round.

import { isDeepStrictEqual } from 'node:util';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { GgufValue } from './gguf-encoding.ts';
import { tokenKinds, splittingRules } from './gguf-tokenizer.ts';
import type { JsonObject } from './model-source.ts';
import type { WholeModel } from './whole-model.ts';

type Tokenizer = Pick<WholeModel, 'tokenizer' | 'tokenizerConfig' | 'chatTemplate'>;

/**
 * The entries `tokenizer.*` of the header.
 * @param size - rows of the embedding; numbers that the tokenizer does not use get tokens that no text turns into
 * @throws {PermanentError} `UnsupportedModel` for a tokenizer that is not byte-level BPE with a splitting rule that
 *   llama.cpp has a name for
 */
export function vocabularyEntries(model: Tokenizer, size: number): [string, GgufValue][] {
  const rule = ruleName(model.tokenizer);
  const { vocab, merges } = model.tokenizer['model'] as { vocab: Record<string, number>; merges: unknown[] };
  const added = (model.tokenizer['added_tokens'] ?? []) as { id: number; content: string; special: boolean }[];
  const tokens = Array.from({ length: size }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(size).fill(tokenKinds.unused);
  for (const [token, id] of Object.entries(vocab)) [tokens[id], types[id]] = [token, tokenKinds.normal];
  for (const { id, content, special } of added) {
    [tokens[id], types[id]] = [content, special ? tokenKinds.control : tokenKinds.userDefined];
  }
  return [
    ['tokenizer.ggml.model', { text: 'gpt2' }],
    ['tokenizer.ggml.pre', { text: rule }],
    ['tokenizer.ggml.tokens', { texts: tokens }],
    ['tokenizer.ggml.token_type', { int32s: types }],
    [
      'tokenizer.ggml.merges',
      { texts: merges.map((merge) => (Array.isArray(merge) ? merge.join(' ') : String(merge))) },
    ],
    ...namedTokens(model.tokenizerConfig, tokens),
    ['tokenizer.ggml.add_bos_token', { flag: addsBeginning(model.tokenizer) }],
    ['tokenizer.chat_template', { text: model.chatTemplate }],
  ];
}

function namedTokens(tokenizerConfig: JsonObject, tokens: readonly string[]): [string, GgufValue][] {
  const names = { bos: 'bos', eos: 'eos', unk: 'unknown', pad: 'padding' };
  return Object.entries(names).flatMap(([kind, name]) => {
    const token = tokenizerConfig[`${kind}_token`];
    const id = typeof token === 'string' ? tokens.indexOf(token) : -1;
    return id < 0 ? [] : [[`tokenizer.ggml.${name}_token_id`, { uint32: id }] satisfies [string, GgufValue]];
  });
}

function addsBeginning({ post_processor: processor }: JsonObject): boolean {
  const steps = [processor, ...(((processor as JsonObject | null)?.['processors'] as unknown[] | undefined) ?? [])];
  return steps.some((step) => {
    const { type, single } = (step ?? {}) as { type?: string; single?: JsonObject[] };
    return type === 'TemplateProcessing' && single?.[0]?.['SpecialToken'] !== undefined;
  });
}

function ruleName(tokenizer: JsonObject): string {
  const { type } = tokenizer['model'] as { type?: string };
  const found = splittingOf(tokenizer['normalizer'], stepsOf(tokenizer['pre_tokenizer']));
  const match = Object.entries(splittingRules).find(([, { normalizer, split }]) =>
    isDeepStrictEqual(found, splittingOf(normalizer, split)),
  );
  if (type === 'BPE' && match !== undefined) return match[0];
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `The tokenizer of the student is of type ${type ?? '(not stated)'} with the splitting ${JSON.stringify(found)}, for which ` +
      `a GGUF file has no name; it has for byte-level BPE split as ${Object.keys(splittingRules).join(', ')}. ` +
      'Write the student as a Hugging Face folder.',
  );
}

function stepsOf(preTokenizer: unknown): JsonObject[] {
  const { pretokenizers } = (preTokenizer ?? {}) as { pretokenizers?: JsonObject[] };
  return pretokenizers ?? (preTokenizer ? [preTokenizer as JsonObject] : []);
}

/** What of the steps before the merges decides where text is split. */
function splittingOf(normalizer: unknown, steps: readonly JsonObject[]): unknown[] {
  const form = ((normalizer ?? {}) as JsonObject)['type'] ?? null;
  const parts = steps.map(({ type, pattern, behavior, individual_digits: digits, use_regex: regex }) =>
    type === 'ByteLevel' ? [type, regex ?? true] : [type, pattern ?? null, behavior ?? null, digits ?? null],
  );
  return [form, ...parts];
}
