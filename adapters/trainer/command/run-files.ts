// The files of a run, which several processes write and read: they appear whole, or are read as far as they are whole.

import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

/** The value; undefined when the file is not there or is no whole JSON (yet). */
export async function readJsonFile(path: string): Promise<unknown> {
  return parseJson(await readTextFile(path));
}

/** One value per line; lines that are no whole JSON, like the last one while it is written, are left out. */
export async function readJsonLines(path: string): Promise<unknown[]> {
  return (await readTextFile(path))
    .split('\n')
    .map(parseJson)
    .filter((value) => value !== undefined);
}

/** The file appears whole and replaces what was there, also when several write it at once. */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  await writeFile(part, text);
  await rename(part, path);
}

async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    // Python writes NaN and Infinity, which JSON does not have: a diverged loss must not hide the rest of the file.
    return JSON.parse(text.replaceAll(/([:,[]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])/g, '$1null'));
  } catch {
    return undefined;
  }
}
