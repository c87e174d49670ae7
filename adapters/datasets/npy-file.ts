// A matrix in NumPy's .npy format (https://numpy.org/neps/nep-0001-npy-format.html), read a range of rows at a time.

import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { dequantize, quantizationOf } from '../../core/models/quantization.ts';
import type { VectorFile } from './vector-file.ts';

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

interface NumberType {
  readonly bytes: number;
  /** Decodes all bytes into the start of `values`. */
  readonly decode: (bytes: Buffer, values: Float64Array) => void;
}

const GGML_HALF = 1;
/** Numbers decoded at a time: a read of more than 2 GB fails, and bytes beside their numbers should take little memory. */
const NUMBERS_AT_ONCE = 1024 * 1024;

const numberTypes: Readonly<Record<string, NumberType>> = {
  '<f2': { bytes: 2, decode: (bytes, values) => values.set(dequantize(quantizationOf(GGML_HALF, 'npy'), bytes)) },
  '<f4': {
    bytes: 4,
    decode: (bytes, values) => {
      for (let at = 0; at < bytes.length / 4; at++) values[at] = bytes.readFloatLE(4 * at);
    },
  },
  '<f8': {
    bytes: 8,
    decode: (bytes, values) => {
      for (let at = 0; at < bytes.length / 8; at++) values[at] = bytes.readDoubleLE(8 * at);
    },
  },
};

interface Header {
  readonly type: NumberType;
  readonly count: number;
  readonly dimension: number;
  readonly dataStart: number;
}

/** @throws {PermanentError} `InvalidData` unless the file is a whole C-ordered matrix of little-endian floats */
export async function openNpy(path: string): Promise<VectorFile> {
  const file = await open(path, 'r');
  try {
    const { type, count, dimension, dataStart } = await readHeader(file, path);
    const expected = dataStart + count * dimension * type.bytes;
    const { size } = await file.stat();
    if (size < expected)
      throw unreadable(path, `it ends at byte ${size}; ${count} x ${dimension} numbers need ${expected}`);
    return {
      count,
      dimension,
      async read(start, end) {
        const values = new Float64Array((end - start) * dimension);
        for (let at = 0; at < values.length; at += NUMBERS_AT_ONCE) {
          const part = values.subarray(at, at + NUMBERS_AT_ONCE);
          const bytes = Buffer.alloc(part.length * type.bytes);
          await readFully(file, path, bytes, dataStart + (start * dimension + at) * type.bytes);
          type.decode(bytes, part);
        }
        return { values, count: end - start, dimension };
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A file may have been cut since it was opened. */
async function readFully(file: FileHandle, path: string, bytes: Buffer, position: number): Promise<void> {
  for (let filled = 0; filled < bytes.length;) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, position + filled);
    if (bytesRead === 0)
      throw unreadable(path, `it ends at byte ${position + filled}; it was longer when it was opened`);
    filled += bytesRead;
  }
}

async function readHeader(file: FileHandle, path: string): Promise<Header> {
  const start = Buffer.alloc(12);
  await file.read(start, 0, 12, 0);
  if (!start.subarray(0, 6).equals(MAGIC)) throw unreadable(path, 'it does not begin with the magic of .npy');
  // Version 1 has a length of two bytes, later ones of four.
  const [length, textStart] = start[6] === 1 ? [start.readUInt16LE(8), 10] : [start.readUInt32LE(8), 12];
  const text = Buffer.alloc(Math.min(length, 1 << 16));
  await file.read(text, 0, text.length, textStart);
  const header = text.toString('latin1');
  const descr = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? 'a structure';
  const type = numberTypes[descr];
  if (type === undefined)
    throw unreadable(
      path,
      `its numbers are ${descr}; expected ${Object.keys(numberTypes).join(', ')} (numpy: .astype("<f4"))`,
    );
  if (/'fortran_order':\s*True/.test(header))
    throw unreadable(path, 'it is in Fortran order; save numpy.ascontiguousarray(matrix)');
  const sizes = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1]?.match(/\d+/g)?.map(Number) ?? [];
  const [count, dimension] = sizes;
  if (sizes.length !== 2 || count === undefined || dimension === undefined || dimension < 1)
    throw unreadable(path, `its shape is (${sizes.join(', ')}); expected (vectors, dimension)`);
  return { type, count, dimension, dataStart: textStart + length };
}

function unreadable(path: string, problem: string): PermanentError {
  return new PermanentError(FailureType.InvalidData, `${path} is no matrix that can be read: ${problem}.`);
}
