// One record of a sketch file: who it belongs to, what was measured, the sketch, and a check over all of it.

import { createHash } from 'node:crypto';
import type { SketchedExample } from '../../activities/ports/models.ts';

export interface SketchRecord extends SketchedExample {
  readonly key: string;
}

// Bytes 0-15 key; 16-23 loss, float64; 24-27 tokens; 28-31 prompt tokens that were cut off; 32-55 why there is no sketch, ASCII,
// empty where there is one; 56-63 the check; then the sketch in float32. Little endian.
const PLACE = { loss: 16, tokens: 24, truncated: 28, excluded: 32, check: 56, sketch: 64 } as const;

export function recordBytes(dimension: number): number {
  return PLACE.sketch + 4 * dimension;
}

/** @param key - 32 hex digits */
export function encodeRecord(key: string, result: SketchedExample, dimension: number): Buffer {
  const bytes = Buffer.alloc(recordBytes(dimension));
  bytes.write(key, 0, 'hex');
  bytes.writeDoubleLE(result.loss, PLACE.loss);
  bytes.writeUInt32LE(result.tokens, PLACE.tokens);
  bytes.writeUInt32LE(result.truncated, PLACE.truncated);
  bytes.write(result.excluded ?? '', PLACE.excluded, PLACE.check - PLACE.excluded, 'ascii');
  if (result.sketch !== null) {
    const { buffer, byteOffset, byteLength } = result.sketch;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), PLACE.sketch);
  }
  checkOf(bytes).copy(bytes, PLACE.check);
  return bytes;
}

/** Null for a record that was not written whole. */
export function decodeRecord(bytes: Buffer, dimension: number): SketchRecord | null {
  if (!checkOf(bytes).equals(bytes.subarray(PLACE.check, PLACE.sketch))) return null;
  const excluded = bytes.toString('ascii', PLACE.excluded, PLACE.check).replace(/\0+$/, '');
  return {
    key: keyOf(bytes),
    loss: bytes.readDoubleLE(PLACE.loss),
    tokens: bytes.readUInt32LE(PLACE.tokens),
    truncated: bytes.readUInt32LE(PLACE.truncated),
    excluded: excluded === '' ? null : excluded,
    sketch: excluded === '' ? sketchIn(bytes, dimension).slice() : null,
  };
}

export function keyOf(bytes: Buffer): string {
  return bytes.toString('hex', 0, PLACE.loss);
}

/** The sketch of a record that has one, sharing memory with `bytes`. */
export function sketchIn(bytes: Buffer, dimension: number): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset + PLACE.sketch, dimension);
}

/** Eight bytes of the SHA-256 of the record without them; zeros, as a file has where nothing was written, never fit. */
function checkOf(bytes: Buffer): Buffer {
  const hash = createHash('sha256').update(bytes.subarray(0, PLACE.check)).update(bytes.subarray(PLACE.sketch));
  return hash.digest().subarray(0, PLACE.sketch - PLACE.check);
}
