// Static word vectors of the catalog: fetched where they have to be, checked, and read whole.

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { WordVectors } from '../../core/students/word-vectors.ts';
import { catalogModel, catalogModels, wordVectorTokenizer } from './catalog.ts';
import { hashFile } from './file-hash.ts';
import type { JsonObject } from './model-source.ts';
import { pullModel } from './pull.ts';
import { openSafetensors } from './safetensors-file.ts';
import { createTokenizer } from './tokenizer.ts';

export interface StaticVectors extends WordVectors {
  readonly folder: string;
  /** SHA-256 of all that decides a vector. */
  readonly hashes: { readonly weights: string; readonly tokenizer: string };
}

/**
 * The vectors of the catalog model `name`; tens of megabytes, downloaded where they are not on this machine.
 * @throws {PermanentError} `UnsupportedModel` for a model that is a network, `MissingModel`, `CorruptModel`; a
 *   {@link TransientError} when the package index did not deliver
 */
export async function openStaticVectors(
  name: string,
  onProgress: (message: string) => void = () => undefined,
): Promise<StaticVectors> {
  requireVectors(name);
  const path = await pullModel(name, { onProgress });
  const tokenizerPath = join(dirname(path), '..', 'tokenizers', wordVectorTokenizer);
  const tokenizer = createTokenizer(JSON.parse(await readFile(tokenizerPath, 'utf8')) as JsonObject);
  return {
    ...(await readVectors(path)),
    folder: dirname(path),
    hashes: { weights: await hashFile(path), tokenizer: await hashFile(tokenizerPath) },
    tokensOf: (text) => (text === '' ? [] : tokenizer.encode(text)),
  };
}

function requireVectors(name: string): void {
  if (catalogModel(name).form === 'word-vectors') return;
  const known = catalogModels().filter(({ form }) => form === 'word-vectors');
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `Model "${name}" is a network; expected static word vectors: ${known.map((model) => model.name).join(', ')}.`,
  );
}

async function readVectors(path: string): Promise<Pick<WordVectors, 'values' | 'dimension'>> {
  const file = await openSafetensors(path);
  try {
    const [table] = file.tensors;
    const dimension = table?.shape[1];
    if (table === undefined || file.tensors.length !== 1 || table.shape.length !== 2 || dimension === undefined) {
      const found = file.tensors.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join('; ');
      throw new PermanentError(
        FailureType.CorruptModel,
        `${path} holds ${found}; expected one matrix, a row a token. Delete it and pull the model again.`,
      );
    }
    return { values: await table.read(), dimension };
  } finally {
    await file.close();
  }
}
