// Trained tensors and optimiser state as bytes, exactly: a run continued from them gives the same numbers as one that never stopped.
// Layout: uint32 length of a JSON header, the header, then float32 tensors in its order; all little endian, header padded to 4 bytes.
import { PermanentError } from '../../contracts/failures.ts';
import type { AdamWState, Tensors } from './adamw.ts';
import { bytesOf } from './safetensors-table.ts';

export interface Checkpoint {
  readonly parameters: Tensors;
  readonly optimizer: AdamWState;
}

interface Header {
  readonly format: 'diffract-checkpoint/1';
  readonly step: number;
  readonly tensors: readonly { readonly name: string; readonly length: number }[];
}

/** The bytes in order, as parts that share the checkpoint's memory. */
export function encodeCheckpoint({ parameters, optimizer }: Checkpoint): Uint8Array[] {
  const tensors = [...parameters].map(([name, { length }]) => ({ name, length }));
  const header: Header = { format: 'diffract-checkpoint/1', step: optimizer.step, tensors };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(4 + Math.ceil(text.length / 4) * 4);
  new DataView(head.buffer).setUint32(0, text.length, true);
  head.set(text, 4);
  const body = [...parameters].flatMap(([name, parameter]) => {
    const { first, second } = optimizer.moments.get(name)!;
    return [parameter, first, second].map(bytesOf);
  });
  return [head, ...body];
}

/** @throws {PermanentError} `CorruptArtifact` when the bytes are not a whole checkpoint */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { header, start } = readHeader(bytes);
  // A copy: a Buffer slices without one, and floats need aligned memory of their own.
  const body = new Uint8Array(bytes.subarray(start));
  const numbers = header.tensors.reduce((sum, { length }) => sum + 3 * length, 0);
  if (body.length !== numbers * 4) throw corrupt(`${body.length} bytes of tensors, expected ${numbers * 4}`);
  const values = new Float32Array(body.buffer);
  let offset = 0;
  const take = (length: number): Float32Array => values.slice(offset, (offset += length));
  const parts = header.tensors.map(({ name, length }) => {
    return { name, parameter: take(length), first: take(length), second: take(length) };
  });
  return {
    parameters: new Map(parts.map(({ name, parameter }) => [name, parameter])),
    optimizer: {
      step: header.step,
      moments: new Map(parts.map(({ name, first, second }) => [name, { first, second }])),
    },
  };
}

function readHeader(bytes: Uint8Array): { header: Header; start: number } {
  if (bytes.length < 4) throw corrupt(`${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  try {
    const parsed = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Header | { format?: unknown };
    if (isHeader(parsed)) return { header: parsed, start: 4 + Math.ceil(length / 4) * 4 };
  } catch {
    // falls through to the same refusal as a foreign header
  }
  throw corrupt('an unreadable header');
}

function isHeader(parsed: Header | { format?: unknown }): parsed is Header {
  return parsed.format === 'diffract-checkpoint/1';
}

function corrupt(found: string): PermanentError {
  return new PermanentError('CorruptArtifact', `checkpoint: found ${found}; use an earlier checkpoint`);
}
