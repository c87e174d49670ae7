// Counter-based random numbers: a value is a pure function of a text key and an index, so it does not depend on
// order, batch size, worker count or retries. Generator: Philox4x32-10 (Salmon et al. 2011); key: FNV-1a, 64 bit.

/** A 64-bit stream key as two unsigned 32-bit words, low word first. */
export interface StreamKey {
  readonly low: number;
  readonly high: number;
}

/** The key of the stream named by `text`: FNV-1a with 64 bits over its UTF-8 bytes. */
export function streamKey(text: string): StreamKey {
  let hash = 0xcbf29ce484222325n;
  for (const byte of utf8(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return { low: Number(hash & 0xffffffffn), high: Number(hash >> 32n) };
}

/** Block `block` of the stream: four unsigned 32-bit words for the counter (block low, block high, 0, 0). */
export function philoxBlock(key: StreamKey, block: number): [number, number, number, number] {
  const words = new Uint32Array(4);
  fillBlock(key, block, words);
  return [words[0]!, words[1]!, words[2]!, words[3]!];
}

/** Writes block `block` into the first four places of `target`, so that a loop over millions of blocks makes no garbage. */
function fillBlock(key: StreamKey, block: number, target: Uint32Array): void {
  let c0 = block >>> 0;
  let c1 = Math.floor(block / 0x1_0000_0000) >>> 0;
  let c2 = 0;
  let c3 = 0;
  let k0 = key.low;
  let k1 = key.high;
  for (let round = 0; round < 10; round++) {
    const low0 = Math.imul(c0, 0xd2511f53);
    const high0 = multiplyHigh(c0, 0xd2511f53);
    const low1 = Math.imul(c2, 0xcd9e8d57);
    const high1 = multiplyHigh(c2, 0xcd9e8d57);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  target[0] = c0;
  target[1] = c1;
  target[2] = c2;
  target[3] = c3;
}

/** The number at `index` of the stream `text`: uniform in [0, 1), 53 bits, two numbers a block. */
export function uniformAt(text: string, index: number): number {
  return uniformOf(philoxBlock(streamKey(text), Math.floor(index / 2)), index % 2);
}

/** A reader of one stream, for loops: `next()` gives the uniforms at index 0, 1, 2, ... of the stream. */
export function uniforms(text: string): { next(): number } {
  const key = streamKey(text);
  let index = 0;
  let words = philoxBlock(key, 0);
  return {
    next() {
      if (index > 0 && index % 2 === 0) words = philoxBlock(key, index / 2);
      return uniformOf(words, index++ % 2);
    },
  };
}

/** A seeded permutation of 0..count-1 (Fisher-Yates over the stream `text`). */
export function permutation(text: string, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, position) => position);
  const random = uniforms(text);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    const moved = order[last]!;
    order[last] = order[other]!;
    order[other] = moved;
  }
  return order;
}

/** `count` random signs, +1 or -1: sign i is bit (i mod 128) of block floor(i / 128), bit 0 = lowest bit of the first word; a set bit is -1. */
export function signs(text: string, count: number): Int8Array {
  const key = streamKey(text);
  const out = new Int8Array(count);
  const words = new Uint32Array(4);
  for (let start = 0; start < count; start += 128) {
    fillBlock(key, start / 128, words);
    const end = Math.min(start + 128, count);
    for (let index = start; index < end; index++) {
      const bit = index - start;
      out[index] = (words[bit >> 5]! >>> (bit & 31)) & 1 ? -1 : 1;
    }
  }
  return out;
}

/**
 * `count` random numbers of 16 bits: number i is piece (i mod 8) of block floor(i / 8); the pieces of a block are the low and the
 * high half of its first word, those of its second, and so on.
 */
export function halfWords(text: string, count: number): Uint16Array {
  const key = streamKey(text);
  const out = new Uint16Array(count);
  const words = new Uint32Array(4);
  for (let start = 0; start < count; start += 8) {
    fillBlock(key, start / 8, words);
    // Places beyond the end take no value: a typed array ignores them.
    for (let word = 0; word < 4; word++) {
      out[start + 2 * word] = words[word]!;
      out[start + 2 * word + 1] = words[word]! >>> 16;
    }
  }
  return out;
}

function uniformOf(words: readonly number[], half: number): number {
  const high = words[half * 2]! >>> 6;
  const low = words[half * 2 + 1]! >>> 5;
  return (high * 0x800_0000 + low) / 0x20_0000_0000_0000;
}

/** The high word of a product of two unsigned words; every partial sum stays below 2^32. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + (middle >>> 16) + (carry >>> 16)) >>> 0;
}

function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return bytes;
}
