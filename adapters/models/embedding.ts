// Texts to embeddings: a prepared encoder, its tokenizer and the engine of core behind the Embedder port.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Embedder, EncoderIdentity } from '../../activities/ports/models.ts';
import type { ModelReference } from '../../contracts/campaign.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { parseEncoderConfig } from '../../core/models/bert-config.ts';
import { createEmbedder } from '../../core/models/embedder.ts';
import type { EmbedderSetup } from '../../core/models/embedder.ts';
import { hashText } from './file-hash.ts';
import { lazily } from './lazily.ts';
import type { JsonObject } from './model-source.ts';
import { prepareModel } from './prepare.ts';
import { createTokenizer } from './tokenizer.ts';
import type { TextTokenizer } from './tokenizer.ts';
import { verifyWeights } from './weights-file.ts';
import { withBertRules } from './word-pieces.ts';

export interface EncoderFiles extends Pick<EmbedderSetup, 'config' | 'tensors'> {
  readonly folder: string;
  readonly identity: EncoderIdentity;
  /** The tokens of a text with those that frame it, cut to the longest text that the encoder was made for. */
  readonly tokensOf: (text: string) => number[];
}

/**
 * Opens an encoder, preparing it first where that has not been done.
 * @throws {PermanentError} `MissingModel` when a catalog model was not pulled, `CorruptModel`, or `UnsupportedModel` for a
 *   model that is no BERT encoder
 */
export async function openEncoder(model: ModelReference): Promise<EncoderFiles> {
  const { folder, weights } = await prepareModel(model);
  await verifyWeights(folder, weights);
  const readText = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');
  const raw = JSON.parse(await readText('config.json')) as JsonObject;
  const config = parseEncoderConfig(raw, join(folder, 'config.json'));
  const maximumLength = Math.min(Number(raw['max_seq_length']), config.positionCount);
  const tokenizerText = await readText('tokenizer.json');
  const tokenizer = createTokenizer(withBertRules(JSON.parse(tokenizerText) as JsonObject));
  requireFrame(tokenizer, folder);
  return {
    folder,
    config,
    tensors: weights.tensors,
    identity: { model, weights: weights.sha256, tokenizer: hashText(tokenizerText), maximumLength },
    tokensOf: (text) => framedTokens(tokenizer, text, maximumLength),
  };
}

/** A framed text without what is too long: its end, but for the last token, which closes the frame. */
export function cutTokens(tokens: number[], maximumLength: number): number[] {
  return tokens.length <= maximumLength ? tokens : [...tokens.slice(0, maximumLength - 1), ...tokens.slice(-1)];
}

/** The session opens when the first text comes. */
export function embedWith(
  { config, tensors, identity, tokensOf }: EncoderFiles,
  { open, sessions }: Pick<EmbedderSetup, 'open' | 'sessions'>,
): Embedder & { close(): Promise<void> } {
  const engine = lazily(() => createEmbedder({ config, tensors, open, sessions }));
  return {
    identity,
    dimension: config.hiddenSize,
    async embed(texts, signal) {
      signal.throwIfAborted();
      return (await engine.get()).embed(texts.map(tokensOf), signal);
    },
    close: () => engine.close(),
  };
}

/** As sentence-transformers does it: white space around the text goes, and so does what is too long. */
function framedTokens(tokenizer: TextTokenizer, text: string, maximumLength: number): number[] {
  return cutTokens(tokenizer.encode(text.trim(), { specialTokens: 'added' }), maximumLength);
}

function requireFrame(tokenizer: TextTokenizer, folder: string): void {
  const frame = tokenizer.encode('', { specialTokens: 'added' });
  if (frame.length === 2) return;
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `${join(folder, 'tokenizer.json')} puts ${frame.length} special tokens around a text; expected two, one at each end. ` +
      'Use an encoder with the tokenizer of BERT.',
  );
}
