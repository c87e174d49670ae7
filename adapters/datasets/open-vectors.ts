// Files of plain vectors: .npy, or JSON lines with one vector each.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { itemAt } from '../../core/item-at.ts';
import { parseJson } from './json-rows.ts';
import { linesOf } from './lines.ts';
import { openNpy } from './npy-file.ts';
import { readBytes } from './packed-bytes.ts';
import { isRecord, show, unreadable } from './raw-row.ts';
import { requireFile } from './require-file.ts';
import type { VectorFile } from './vector-file.ts';

/** @throws {PermanentError} `InvalidConfig` for another kind of file, `InvalidData` for one that cannot be read */
export async function openVectors(path: string): Promise<VectorFile> {
  const [ending] = /\.[^.]+$/.exec(path.toLowerCase()) ?? [''];
  if (ending !== '.npy' && ending !== '.jsonl') {
    throw new PermanentError(FailureType.InvalidConfig, `Cannot read vectors of ${path}; expected .npy or .jsonl.`);
  }
  await requireFile(path);
  return ending === '.npy' ? openNpy(path) : readJsonVectors(path);
}

/** Held in memory: a text of numbers has no rows that could be found again. */
async function readJsonVectors(path: string): Promise<VectorFile> {
  const vectors: Float64Array[] = [];
  for await (const { number, text } of linesOf(readBytes(path), path)) {
    if (text.trim() === '') continue;
    const vector = vectorOf(path, number, text);
    const dimension = vectors[0]?.length ?? vector.length;
    if (vector.length !== dimension)
      throw unreadable(path, number, `found ${vector.length} numbers; expected ${dimension}, as in the first line`);
    vectors.push(vector);
  }
  const dimension = vectors[0]?.length ?? 1;
  return {
    count: vectors.length,
    dimension,
    read(start, end) {
      const values = new Float64Array((end - start) * dimension);
      for (let row = start; row < end; row++) values.set(itemAt(vectors, row), (row - start) * dimension);
      return Promise.resolve({ values, count: end - start, dimension });
    },
    close: () => Promise.resolve(),
  };
}

/** A line is an array of numbers, or an object of which exactly one field is such an array. */
function vectorOf(path: string, line: number, text: string): Float64Array {
  const value = parseJson(path, line, text);
  const lists = (isRecord(value) ? Object.values(value) : [value]).filter(isNumbers);
  const [list] = lists;
  if (list !== undefined && lists.length === 1) return Float64Array.from(list);
  throw unreadable(
    path,
    line,
    `found ${show(text)}; expected an array of numbers, or an object with exactly one such field`,
  );
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number');
}
