// A trained adapter as a safetensors file with the names of PEFT, so that other tools load it; what PEFT keeps in
// adapter_config.json stands in the file's own metadata too, so one file is enough to use it here.

import { PermanentError } from '../../contracts/failures.ts';
import type { Tensors } from './adamw.ts';
import type { LoraSpecification } from './lora.ts';

export interface LoraAdapter {
  readonly specification: LoraSpecification;
  /** `<module>.lora_A.weight` [rank, in] and `<module>.lora_B.weight` [out, rank]. */
  readonly tensors: Tensors;
}

const peftPrefix = 'base_model.model.';

interface TensorEntry {
  readonly dtype: 'F32';
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Safetensors 0.4: little-endian length of the header, the header as JSON, then the tensors in its order. */
export function encodeAdapter({ specification, tensors }: LoraAdapter): Uint8Array<ArrayBuffer> {
  const { rank, alpha, layers } = specification;
  const header: Record<string, unknown> = {
    __metadata__: { format: 'pt', rank: String(rank), alpha: String(alpha), layers: layers.join(',') },
  };
  let offset = 0;
  for (const [name, values] of tensors) {
    const other = values.length / rank;
    const shape = name.endsWith('.lora_A.weight') ? [rank, other] : [other, rank];
    const end = offset + values.length * 4;
    header[`${peftPrefix}${name}`] = { dtype: 'F32', shape, data_offsets: [offset, end] } satisfies TensorEntry;
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(start + offset).fill(0x20, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(text, 8);
  const body = new Float32Array(bytes.buffer, start);
  let position = 0;
  for (const values of tensors.values()) {
    body.set(values, position);
    position += values.length;
  }
  return bytes;
}

/** @throws {PermanentError} `CorruptArtifact` when the bytes are not an adapter that `encodeAdapter` wrote */
export function decodeAdapter(bytes: Uint8Array): LoraAdapter {
  const { start, header } = readHeader(bytes);
  const { __metadata__: metadata, ...entries } = header;
  const { rank, alpha, layers } = metadata ?? {};
  if (rank === undefined || alpha === undefined || layers === undefined) throw corrupt('no rank, alpha and layers');
  // A copy: a Buffer slices without one, and floats need aligned memory of their own.
  const body = new Uint8Array(bytes.subarray(start));
  const tensors = Object.entries(entries).map(
    ([
      name,
      {
        data_offsets: [from, to],
      },
    ]) => {
      if (to > body.length) throw corrupt(`${body.length} bytes of tensors, ${name} ends at ${to}`);
      return [name.slice(peftPrefix.length), new Float32Array(body.buffer.slice(from, to))] as const;
    },
  );
  const specification = { rank: Number(rank), alpha: Number(alpha), layers: layers.split(',').map(Number) };
  return { specification, tensors: new Map(tensors) };
}

/** adapter_config.json for PEFT. */
export function adapterConfig({ rank, alpha, layers }: LoraSpecification, base: string): string {
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: base,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    bias: 'none',
    target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
    layers_to_transform: layers,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

type Header = Record<string, TensorEntry> & { readonly __metadata__?: Readonly<Record<string, string>> };

function readHeader(bytes: Uint8Array): { start: number; header: Header } {
  if (bytes.length < 8) throw corrupt(`${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  try {
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Header;
    return { start: 8 + length, header };
  } catch (error) {
    throw corrupt(`an unreadable header (${error instanceof Error ? error.message : String(error)})`);
  }
}

function corrupt(found: string): PermanentError {
  return new PermanentError('CorruptArtifact', `Adapter file: found ${found}; expected safetensors of a LoRA adapter.`);
}
