// The head of a safetensors file: which tensors follow, in which shapes and where.

export interface TensorEntry {
  readonly dtype: 'F32';
  readonly shape: readonly number[];
  /** In bytes, from the end of the head. */
  readonly data_offsets: readonly [number, number];
}

/** Safetensors 0.4: little-endian length of the table, the table as JSON, filled with blanks to a multiple of 8 bytes. */
export function encodeTable(
  tensors: readonly { readonly name: string; readonly shape: readonly number[] }[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const table: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  let offset = 0;
  for (const { name, shape } of tensors) {
    const end = offset + 4 * shape.reduce((product, size) => product * size, 1);
    table[name] = { dtype: 'F32', shape, data_offsets: [offset, end] } satisfies TensorEntry;
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(table));
  const bytes = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true);
  bytes.set(text, 8);
  return bytes;
}

/** float32 numbers as they stand in a file; shares their memory. */
export function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
