// Block quantisations of GGML turned into float32, bit for bit as llama.cpp's reference does: the scale is a half, the
// product with small integers is exact, and one rounding to float32 follows. Blocks of 256 are in k-quantization.ts.

import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { halves } from './half-precision.ts';
import { decodeQ4K, decodeQ5K, decodeQ6K } from './k-quantization.ts';

/** One storage form of tensor values: `blockBytes` bytes hold `blockValues` values. */
export interface Quantization {
  readonly name: string;
  readonly blockValues: number;
  readonly blockBytes: number;
  /** Reads `blockCount` blocks of `bytes` from its start into `values`. */
  readonly decode: (bytes: DataView, blockCount: number, values: Float32Array) => void;
}

/** The storage forms that can be read, by their number in the GGML specification. */
const quantizations: Readonly<Record<number, Quantization>> = {
  0: { name: 'F32', blockValues: 1, blockBytes: 4, decode: decodeF32 },
  1: { name: 'F16', blockValues: 1, blockBytes: 2, decode: decodeF16 },
  2: { name: 'Q4_0', blockValues: 32, blockBytes: 18, decode: decodeQ4Symmetric },
  3: { name: 'Q4_1', blockValues: 32, blockBytes: 20, decode: decodeQ4Offset },
  6: { name: 'Q5_0', blockValues: 32, blockBytes: 22, decode: decodeQ5Symmetric },
  7: { name: 'Q5_1', blockValues: 32, blockBytes: 24, decode: decodeQ5Offset },
  8: { name: 'Q8_0', blockValues: 32, blockBytes: 34, decode: decodeQ8Symmetric },
  12: { name: 'Q4_K', blockValues: 256, blockBytes: 144, decode: decodeQ4K },
  13: { name: 'Q5_K', blockValues: 256, blockBytes: 176, decode: decodeQ5K },
  14: { name: 'Q6_K', blockValues: 256, blockBytes: 210, decode: decodeQ6K },
  30: { name: 'BF16', blockValues: 1, blockBytes: 2, decode: decodeBf16 },
};

/** Names of the forms that cannot be read, so that a refusal can say which one a file holds. */
const unreadNames: Readonly<Record<number, string>> = {
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  28: 'F64',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
};

/**
 * The storage form with GGML number `type`.
 * @param tensor - the tensor's name, for the message
 * @throws {PermanentError} `UnsupportedModel` naming the form and the readable ones
 */
export function quantizationOf(type: number, tensor: string): Quantization {
  const found = quantizations[type];
  if (found !== undefined) return found;
  const readable = Object.values(quantizations).map(({ name }) => name);
  throw new PermanentError(
    FailureType.UnsupportedModel,
    `Tensor "${tensor}" is stored as ${unreadNames[type] ?? `GGML type ${type}`}, which cannot be read; ` +
      `readable are ${readable.join(', ')}. Take a file quantised to one of these.`,
  );
}

/** Size in bytes of `valueCount` values; `valueCount` must be whole blocks. */
export function quantizedBytes(quantization: Quantization, valueCount: number): number {
  return (valueCount / quantization.blockValues) * quantization.blockBytes;
}

/**
 * `bytes` as float32.
 * @param bytes - whole blocks of `quantization`, little endian
 * @returns one value per stored value, in storage order
 * @throws {PermanentError} `CorruptModel` when `bytes` does not end at a block's end
 */
export function dequantize(quantization: Quantization, bytes: Uint8Array): Float32Array {
  const blockCount = bytes.byteLength / quantization.blockBytes;
  if (!Number.isInteger(blockCount)) {
    throw new PermanentError(
      FailureType.CorruptModel,
      `${bytes.byteLength} bytes of ${quantization.name} do not end at a block's end; expected a multiple of ` +
        `${quantization.blockBytes}. The file is truncated or its tensor table is wrong.`,
    );
  }
  const values = new Float32Array(blockCount * quantization.blockValues);
  quantization.decode(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), blockCount, values);
  return values;
}

function decodeF32(bytes: DataView, blockCount: number, values: Float32Array): void {
  for (let index = 0; index < blockCount; index++) values[index] = bytes.getFloat32(index * 4, true);
}

function decodeF16(bytes: DataView, blockCount: number, values: Float32Array): void {
  for (let index = 0; index < blockCount; index++) values[index] = halves()[bytes.getUint16(index * 2, true)]!;
}

function decodeBf16(bytes: DataView, blockCount: number, values: Float32Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, blockCount);
  for (let index = 0; index < blockCount; index++) bits[index] = bytes.getUint16(index * 2, true) << 16;
}

// A block of 4 or 5 bits holds value i in the low nibble of byte i and value i + 16 in its high nibble.

function decodeQ4Symmetric(bytes: DataView, blockCount: number, values: Float32Array): void {
  for (let block = 0; block < blockCount; block++) {
    const start = block * 18;
    const scale = halves()[bytes.getUint16(start, true)]!;
    for (let index = 0; index < 16; index++) {
      const pair = bytes.getUint8(start + 2 + index);
      values[block * 32 + index] = scale * ((pair & 15) - 8);
      values[block * 32 + 16 + index] = scale * ((pair >> 4) - 8);
    }
  }
}

function decodeQ4Offset(bytes: DataView, blockCount: number, values: Float32Array): void {
  for (let block = 0; block < blockCount; block++) {
    const start = block * 20;
    const scale = halves()[bytes.getUint16(start, true)]!;
    const lowest = halves()[bytes.getUint16(start + 2, true)]!;
    for (let index = 0; index < 16; index++) {
      const pair = bytes.getUint8(start + 4 + index);
      values[block * 32 + index] = scale * (pair & 15) + lowest;
      values[block * 32 + 16 + index] = scale * (pair >> 4) + lowest;
    }
  }
}

function decodeQ5Symmetric(bytes: DataView, blockCount: number, values: Float32Array): void {
  for (let block = 0; block < blockCount; block++) {
    const start = block * 22;
    const scale = halves()[bytes.getUint16(start, true)]!;
    const fifthBits = bytes.getUint32(start + 2, true);
    for (let index = 0; index < 16; index++) {
      const pair = bytes.getUint8(start + 6 + index);
      values[block * 32 + index] = scale * (fiveBits(pair & 15, fifthBits, index) - 16);
      values[block * 32 + 16 + index] = scale * (fiveBits(pair >> 4, fifthBits, index + 16) - 16);
    }
  }
}

function decodeQ5Offset(bytes: DataView, blockCount: number, values: Float32Array): void {
  for (let block = 0; block < blockCount; block++) {
    const start = block * 24;
    const scale = halves()[bytes.getUint16(start, true)]!;
    const lowest = halves()[bytes.getUint16(start + 2, true)]!;
    const fifthBits = bytes.getUint32(start + 4, true);
    for (let index = 0; index < 16; index++) {
      const pair = bytes.getUint8(start + 8 + index);
      values[block * 32 + index] = scale * fiveBits(pair & 15, fifthBits, index) + lowest;
      values[block * 32 + 16 + index] = scale * fiveBits(pair >> 4, fifthBits, index + 16) + lowest;
    }
  }
}

function decodeQ8Symmetric(bytes: DataView, blockCount: number, values: Float32Array): void {
  for (let block = 0; block < blockCount; block++) {
    const start = block * 34;
    const scale = halves()[bytes.getUint16(start, true)]!;
    for (let index = 0; index < 32; index++) {
      values[block * 32 + index] = scale * bytes.getInt8(start + 2 + index);
    }
  }
}

function fiveBits(low: number, fifthBits: number, index: number): number {
  return low | (((fifthBits >>> index) & 1) << 4);
}
