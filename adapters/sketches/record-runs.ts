// Reading records of one size by number: neighbours on disk are read together, in whatever order they are asked for.

import type { FileHandle } from 'node:fs/promises';
import { itemAt } from '../../core/item-at.ts';

/** Bytes of one read. */
const RUN_BYTES = 1 << 22;

/**
 * Hands every record over once, with its position in `records`; the bytes are reused after the call.
 * @param layout - where record 0 starts, and the bytes of a record
 */
export async function readRecords(
  file: FileHandle,
  { first, size }: { readonly first: number; readonly size: number },
  records: Uint32Array,
  visit: (bytes: Buffer, position: number) => void,
): Promise<void> {
  const order = Uint32Array.from(records.keys()).sort((a, b) => itemAt(records, a) - itemAt(records, b));
  const longest = Math.max(1, Math.floor(RUN_BYTES / size));
  const buffer = Buffer.allocUnsafe(Math.min(longest, order.length) * size);
  for (let start = 0; start < order.length;) {
    const lowest = itemAt(records, itemAt(order, start));
    let end = start + 1;
    while (end < order.length && itemAt(records, itemAt(order, end)) - lowest < longest) {
      if (itemAt(records, itemAt(order, end)) - itemAt(records, itemAt(order, end - 1)) > 1) break;
      end++;
    }
    const count = itemAt(records, itemAt(order, end - 1)) - lowest + 1;
    const { bytesRead } = await file.read(buffer, 0, count * size, first + lowest * size);
    if (bytesRead < count * size) throw new Error(`The file ends ${count * size - bytesRead} bytes early.`);
    for (const position of order.subarray(start, end)) {
      const at = (itemAt(records, position) - lowest) * size;
      visit(buffer.subarray(at, at + size), position);
    }
    start = end;
  }
}
