// JSON files that another process may be writing at this moment, or may have written as Python does.

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

/** Appears whole, and replaces what was there. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  await writeFile(part, JSON.stringify(value));
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
