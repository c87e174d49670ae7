// The K quantisations of GGML: a block of 256 values is divided into groups of 32 or 16, each with a small integer scale of
// its own (and, but for Q6_K, a lowest value) in units of a half that the whole block shares.

import { halves } from './half-precision.ts';

const BLOCK = 256;
const GROUPS = 8;

/** Q4_K, 144 bytes: scale, lowest, 12 bytes of group scales, 128 bytes of nibbles. */
export function decodeQ4K(bytes: DataView, blockCount: number, values: Float32Array): void {
  for (let block = 0; block < blockCount; block++) {
    const start = block * 144;
    for (let group = 0; group < GROUPS; group++) {
      const { scale, lowest } = groupScale(bytes, start, group);
      for (let lane = 0; lane < 32; lane++) {
        values[block * BLOCK + group * 32 + lane] = scale * nibble(bytes, start + 16, group, lane) - lowest;
      }
    }
  }
}

/** Q5_K, 176 bytes: as Q4_K, with 32 bytes before the nibbles that hold the fifth bits, one bit for each group of 32. */
export function decodeQ5K(bytes: DataView, blockCount: number, values: Float32Array): void {
  for (let block = 0; block < blockCount; block++) {
    const start = block * 176;
    for (let group = 0; group < GROUPS; group++) {
      const { scale, lowest } = groupScale(bytes, start, group);
      for (let lane = 0; lane < 32; lane++) {
        const fifthBit = (bytes.getUint8(start + 16 + lane) >> group) & 1;
        const value = nibble(bytes, start + 48, group, lane) | (fifthBit << 4);
        values[block * BLOCK + group * 32 + lane] = scale * value - lowest;
      }
    }
  }
}

/**
 * Q6_K, 210 bytes: 128 bytes of nibbles, 64 bytes with the upper two bits, 16 signed scales of 16 values each, scale. Each
 * half of the block has 64 bytes of nibbles (the low ones first, then the high ones) and 32 bytes of upper bits.
 */
export function decodeQ6K(bytes: DataView, blockCount: number, values: Float32Array): void {
  for (let block = 0; block < blockCount; block++) {
    const start = block * 210;
    const blockScale = halves()[bytes.getUint16(start + 208, true)]!;
    for (let index = 0; index < BLOCK; index++) {
      const half = index >> 7;
      const inHalf = index & 127;
      const pair = bytes.getUint8(start + half * 64 + (inHalf & 63));
      const low = inHalf < 64 ? pair & 15 : pair >> 4;
      const high = (bytes.getUint8(start + 128 + half * 32 + (inHalf & 31)) >> (2 * (inHalf >> 5))) & 3;
      const scale = blockScale * bytes.getInt8(start + 192 + (index >> 4));
      values[block * BLOCK + index] = scale * ((low | (high << 4)) - 32);
    }
  }
}

/** Of nibbles from `start`: 32 bytes hold a group of 32 values in their low nibbles and the next group in their high ones. */
function nibble(bytes: DataView, start: number, group: number, lane: number): number {
  const pair = bytes.getUint8(start + (group >> 1) * 32 + lane);
  return (group & 1) === 0 ? pair & 15 : pair >> 4;
}

/**
 * Scale of a group of 32 and its lowest value, which is taken off: 6 bits each, in units of the two halves at the block's
 * start, packed into the 12 bytes after them.
 */
function groupScale(bytes: DataView, start: number, group: number): { scale: number; lowest: number } {
  const scale = halves()[bytes.getUint16(start, true)]!;
  const lowest = halves()[bytes.getUint16(start + 2, true)]!;
  const packed = start + 4 + group;
  if (group < 4)
    return { scale: scale * (bytes.getUint8(packed) & 63), lowest: lowest * (bytes.getUint8(packed + 4) & 63) };
  const lowBits = bytes.getUint8(packed + 4);
  return {
    scale: scale * ((lowBits & 15) | ((bytes.getUint8(packed - 4) >> 6) << 4)),
    lowest: lowest * ((lowBits >> 4) | ((bytes.getUint8(packed) >> 6) << 4)),
  };
}
