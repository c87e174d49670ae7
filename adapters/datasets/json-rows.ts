// Rows of JSON lines, of a JSON array, and of one JSON object keyed by id.

import { linesOf } from './lines.ts';
import { readBytes, readText } from './packed-bytes.ts';
import { isRecord, show, unreadable } from './raw-row.ts';
import type { RawRow } from './raw-row.ts';

/** One object a line; blank lines are passed over. */
export async function* readJsonLines(path: string): AsyncGenerator<RawRow> {
  yield* readJsonStream(readBytes(path), path);
}

/**
 * The same from any stream, such as stdin; `name` stands for the path in messages.
 * @throws {PermanentError} `InvalidData` at the line that is no object
 */
export async function* readJsonStream(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<RawRow> {
  for await (const { number, text } of linesOf(bytes, name)) {
    if (text.trim() === '') continue;
    const value = parseJson(name, number, text);
    if (!isRecord(value)) throw unreadable(name, number, `found ${show(text)}; expected a JSON object`);
    yield { line: number, columns: value };
  }
}

/**
 * An array of objects, an object of objects (each row then has its key as the column `key`), or JSON lines under the
 * wrong name. The first two are held in memory as a whole; JSON lines are not.
 */
export async function* readJson(path: string): AsyncGenerator<RawRow> {
  if (await looksLikeLines(path)) {
    yield* readJsonLines(path);
    return;
  }
  const text = await readText(path);
  const value = parseJson(path, 1, text);
  const items = itemsOf(value);
  if (!items) throw unreadable(path, 1, `found ${show(text)}; expected an array of objects or an object of objects`);
  for (const [index, item] of items.entries()) {
    if (!isRecord(item))
      throw unreadable(path, index + 1, `row ${index} is ${show(JSON.stringify(item))}; expected a JSON object`);
    yield { line: index + 1, columns: item };
  }
}

function itemsOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (!isRecord(value)) return null;
  const entries = Object.entries(value);
  if (!entries.every(([, item]) => isRecord(item))) return [value];
  return entries.map(([key, item]) => ({ key, ...(item as Record<string, unknown>) }));
}

/** Whether the first two lines with something on them are each an object of their own. */
async function looksLikeLines(path: string): Promise<boolean> {
  let whole = 0;
  for await (const { text } of linesOf(readBytes(path), path)) {
    if (text.trim() === '') continue;
    if (!text.trimStart().startsWith('{') || !isWhole(text)) return false;
    if (++whole === 2) return true;
  }
  return false;
}

function isWhole(text: string): boolean {
  try {
    return isRecord(JSON.parse(text));
  } catch {
    return false;
  }
}

/** @throws {PermanentError} `InvalidData` at the line when `text` is not JSON */
export function parseJson(path: string, line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw unreadable(path, line, `found ${show(text)}; expected JSON (${problem})`, error);
  }
}
