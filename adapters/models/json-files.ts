// The small files of a model folder: JSON and text that must be there, or may be.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { stampFile } from './file-hash.ts';
import type { JsonObject } from './model-source.ts';

/** @throws {PermanentError} `MissingModel` naming the absent file, `CorruptModel` for one that is not JSON */
export async function readJson(folder: string, name: string): Promise<JsonObject> {
  const path = join(folder, name);
  await stampFile(path);
  return parseJson(path, await readFile(path, 'utf8'));
}

/** Undefined where there is no such file. @throws {PermanentError} `CorruptModel` for one that is not JSON */
export async function readOptionalJson(folder: string, name: string): Promise<JsonObject | undefined> {
  const text = await readOptionalText(folder, name);
  return text === undefined ? undefined : parseJson(join(folder, name), text);
}

/** Undefined where there is no such file. */
export async function readOptionalText(folder: string, name: string): Promise<string | undefined> {
  return readFile(join(folder, name), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
}

function parseJson(path: string, text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch (error) {
    throw new PermanentError(
      FailureType.CorruptModel,
      `${path} is not JSON: ${error instanceof Error ? error.message : String(error)}. Download the model again.`,
      { cause: error },
    );
  }
}
