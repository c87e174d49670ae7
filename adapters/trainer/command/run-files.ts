// The files of a run, which several processes write and read: they appear whole, or are read as far as they are whole.

import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';

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

/** The file appears whole and replaces what was there, also when several write it at once or the machine goes down. */
export async function writeWholeFile(path: string, text: string | Iterable<string>): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(part, 'w');
    try {
      await writeFile(file, text);
      // A name may reach the disk before what it names.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Bytes; 0 when the file is not there. */
export async function fileLength(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** At most so many bytes of the end, and nothing before `from`; '' when the file is not there. */
export async function readTail(path: string, bytes: number, from = 0): Promise<string> {
  const length = await fileLength(path);
  return readRange(path, Math.max(from, length - bytes), length);
}

/** At most so many bytes of either end, with a line break where something is left out. */
export async function readEnds(path: string, bytes: number): Promise<string> {
  const length = await fileLength(path);
  if (length <= 2 * bytes) return readRange(path, 0, length);
  return `${await readRange(path, 0, bytes)}\n${await readRange(path, length - bytes, length)}`;
}

async function readRange(path: string, start: number, end: number): Promise<string> {
  if (end <= start) return '';
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
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
    // Python writes NaN and Infinity, which JSON does not have: as texts they do not hide the rest of the file.
    return JSON.parse(text.replaceAll(/([:,[]\s*)(NaN|-?Infinity)(?=\s*[,\]}])/g, '$1"$2"'));
  } catch {
    return undefined;
  }
}
