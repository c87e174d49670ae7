// GGUF version 3 as bytes: the header with its entries and its table of tensors, which are float32 and stand at multiples of 32.

import type { SourceTensor } from './model-source.ts';

export type GgufValue =
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly uint32: number }
  | { readonly float32: number }
  | { readonly flag: boolean }
  | { readonly int32s: readonly number[] };

/** Numbers of the value types in the specification of GGUF. */
const valueType = { uint32: 4, int32: 5, float32: 6, flag: 7, text: 8, list: 9 } as const;

const float32Tensor = 0;
const alignment = 32;

/** Blanks after `length` bytes, so that what follows is aligned. */
export function paddingAfter(length: number): Uint8Array {
  return new Uint8Array((alignment - (length % alignment)) % alignment);
}

/** Everything before the first tensor's numbers; they follow in this order, each with its padding. */
export function encodeGgufHeader(
  entries: readonly (readonly [string, GgufValue])[],
  tensors: readonly Pick<SourceTensor, 'name' | 'shape'>[],
): Buffer {
  const parts: Uint8Array[] = [Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(entries.length)];
  for (const [key, value] of entries) parts.push(text(key), ...encodeValue(value));
  let offset = 0;
  for (const { name, shape } of tensors) {
    const sizes = [...shape].reverse().map(uint64); // GGUF counts dimensions from the innermost
    parts.push(text(name), uint32(shape.length), ...sizes, uint32(float32Tensor), uint64(offset));
    const bytes = 4 * shape.reduce((product, size) => product * size, 1);
    offset += bytes + paddingAfter(bytes).length;
  }
  const header = Buffer.concat(parts);
  return Buffer.concat([header, paddingAfter(header.length)]);
}

function encodeValue(value: GgufValue): Uint8Array[] {
  if ('text' in value) return [uint32(valueType.text), text(value.text)];
  if ('uint32' in value) return [uint32(valueType.uint32), uint32(value.uint32)];
  if ('float32' in value) return [uint32(valueType.float32), float32(value.float32)];
  if ('flag' in value) return [uint32(valueType.flag), Uint8Array.of(value.flag ? 1 : 0)];
  if ('texts' in value) return [...listOf(valueType.text, value.texts.length), ...value.texts.map(text)];
  return [...listOf(valueType.int32, value.int32s.length), new Uint8Array(Int32Array.from(value.int32s).buffer)];
}

function listOf(type: number, length: number): Uint8Array[] {
  return [uint32(valueType.list), uint32(type), uint64(length)];
}

function text(content: string): Uint8Array {
  const bytes = Buffer.from(content);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function uint64(value: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}

function float32(value: number): Uint8Array {
  return new Uint8Array(Float32Array.of(value).buffer);
}
