// One safetensors file: a length, a JSON table of tensors, then their bytes.

import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { dequantize, quantizationOf, quantizedBytes } from '../../core/models/quantization.ts';
import { stampFile } from './file-hash.ts';
import type { FileStamp, SourceTensor } from './model-source.ts';
import { readRange } from './read-range.ts';

const ggmlTypes: Readonly<Record<string, number>> = { F32: 0, F16: 1, BF16: 30 };

/** What the safetensors reference itself allows for the table. */
const largestTable = 100_000_000;

export interface SafetensorsFile {
  readonly stamp: FileStamp;
  readonly tensors: readonly SourceTensor[];
  readonly close: () => Promise<void>;
}

interface TableEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** @throws {PermanentError} `MissingModel` or `CorruptModel`; reading a tensor throws `UnsupportedModel` for its number type */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const stamp = await stampFile(path);
  const file = await open(path, 'r');
  try {
    const { table, dataStart } = await readTable(file, stamp);
    const tensors = Object.entries(table)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, entry]) => sourceTensor(file, stamp, dataStart, name, entry));
    return { stamp, tensors, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readTable(
  file: FileHandle,
  stamp: FileStamp,
): Promise<{ table: Record<string, TableEntry>; dataStart: number }> {
  const tableBytes = Number((await readRange(file, stamp.path, 0, 8)).readBigUInt64LE());
  if (tableBytes > Math.min(largestTable, stamp.bytes - 8)) {
    throw damaged(stamp, `a table of ${tableBytes} bytes in a file of ${stamp.bytes}`);
  }
  const text = await readRange(file, stamp.path, 8, tableBytes);
  try {
    return { table: JSON.parse(text.toString('utf8')) as Record<string, TableEntry>, dataStart: 8 + tableBytes };
  } catch {
    throw damaged(stamp, 'a table that is not JSON');
  }
}

function sourceTensor(
  file: FileHandle,
  stamp: FileStamp,
  dataStart: number,
  name: string,
  { dtype, shape, data_offsets: [start, end] }: TableEntry,
): SourceTensor {
  const type = ggmlTypes[dtype];
  if (type === undefined) return { name, shape, read: () => Promise.reject(unreadable(stamp, name, dtype)) };
  const quantization = quantizationOf(type, name);
  const expected = quantizedBytes(
    quantization,
    shape.reduce((product, size) => product * size, 1),
  );
  if (end - start !== expected || dataStart + end > stamp.bytes) {
    throw damaged(
      stamp,
      `tensor "${name}" at bytes ${start} to ${end} of its data, with ${expected} bytes by its shape`,
    );
  }
  const read = async (): Promise<Float32Array> =>
    dequantize(quantization, await readRange(file, stamp.path, dataStart + start, expected));
  return { name, shape, read };
}

/** Refused where it is wanted: encoders store some integers beside their weights, which nothing reads. */
function unreadable(stamp: FileStamp, name: string, dtype: string): PermanentError {
  return new PermanentError(
    FailureType.UnsupportedModel,
    `Tensor "${name}" of ${stamp.path} is stored as ${dtype}; readable are ${Object.keys(ggmlTypes).join(', ')}.`,
  );
}

function damaged(stamp: FileStamp, found: string): PermanentError {
  return new PermanentError(
    FailureType.CorruptModel,
    `${stamp.path} is damaged or cut short: found ${found}. Download the file again.`,
  );
}
