// Low-rank adapters as PEFT saves them, a safetensors file and adapter_config.json: our own, which other tools load, and those
// that other tools trained.

import { PermanentError } from '../../contracts/failures.ts';
import { linearLayers } from '../models/parameters.ts';
import { dequantize, quantizationOf } from '../models/quantization.ts';
import type { Tensors } from './adamw.ts';
import type { LoraSpecification } from './lora.ts';
import { bytesOf, encodeTable, type TensorEntry } from './safetensors-table.ts';

export interface LoraAdapter {
  readonly specification: LoraSpecification;
  /** `<module>.lora_A.weight` [rank, in] and `<module>.lora_B.weight` [out, rank]. */
  readonly tensors: Tensors;
}

const peftPrefix = 'base_model.model.';

export function encodeAdapter({ specification, tensors }: LoraAdapter): Uint8Array<ArrayBuffer> {
  const { rank } = specification;
  const entries = [...tensors].map(([name, { length }]) => {
    const shape = name.endsWith('.lora_A.weight') ? [rank, length / rank] : [length / rank, rank];
    return { name: `${peftPrefix}${name}`, shape };
  });
  const parts = [encodeTable(entries, {}), ...[...tensors.values()].map(bytesOf)];
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}

/**
 * @param config - the content of adapter_config.json
 * @throws {PermanentError} `CorruptArtifact` when the bytes are no whole safetensors file; `UnsupportedModel` for an adapter of
 *   other layers than the seven linear ones of a block, and for other methods than plain LoRA
 */
export function decodeAdapter(bytes: Uint8Array, config: string): LoraAdapter {
  const { rank, alpha } = readConfig(config);
  const { start, header } = readHeader(bytes);
  const { __metadata__: _, ...entries } = header;
  const tensors = Object.entries(entries).map(
    ([
      stored,
      {
        dtype,
        data_offsets: [from, to],
      },
    ]) => {
      if (start + to > bytes.length) {
        throw corrupt(`${bytes.length - start} bytes of tensors, ${stored} ends at ${to}`);
      }
      // A copy: a Buffer slices without one, and floats need aligned memory of their own.
      const values = new Uint8Array(bytes.subarray(start + from, start + to));
      return [adaptedName(stored), dequantize(quantizationOf(storageTypes[dtype] ?? -1, stored), values)] as const;
    },
  );
  const layers = new Set(tensors.map(([name]) => Number(name.split('.')[2])));
  return { specification: { rank, alpha, layers: [...layers].sort((a, b) => a - b) }, tensors: new Map(tensors) };
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

/** What safetensors calls the storage forms that have a number in GGML. */
const storageTypes: Readonly<Record<string, number>> = { F32: 0, F16: 1, BF16: 30 };

/** Alpha is brought into the form in which the factor on B A is alpha / rank. */
function readConfig(text: string): { rank: number; alpha: number } {
  const config = parsed(text, 'adapter_config.json') as Readonly<Record<string, unknown>>;
  const { r: rank, lora_alpha: alpha, use_rslora: rootScaled } = config;
  const plain = { peft_type: 'LORA', use_dora: false, bias: 'none', modules_to_save: null };
  for (const [name, expected] of Object.entries(plain)) {
    const found = config[name] ?? expected;
    if (found !== expected) throw unsupported(`${name} ${JSON.stringify(found)}, supported is ${String(expected)}`);
  }
  const start = JSON.stringify(config['init_lora_weights'] ?? true);
  // These take a part out of the base, which the adapter gives back: over the base as it is that part would count twice.
  if (/^"(?:pissa|olora|corda|loftq)/i.test(start))
    throw unsupported(`init_lora_weights ${start}, which changes the base`);
  for (const name of ['rank_pattern', 'alpha_pattern']) {
    const found = config[name] ?? {};
    if (Object.keys(found).length > 0)
      throw unsupported(`${name} ${JSON.stringify(found)}, supported is one for all layers`);
  }
  if (typeof rank !== 'number' || typeof alpha !== 'number')
    throw corrupt('an adapter_config.json without r and lora_alpha');
  return { rank, alpha: rootScaled === true ? alpha * Math.sqrt(rank) : alpha };
}

/** `model.layers.<index>.<layer>.lora_A.weight`, or with B. */
function adaptedName(stored: string): string {
  const name = stored.startsWith(peftPrefix) ? stored.slice(peftPrefix.length) : stored;
  const [, layer] = /^model\.layers\.\d+\.(.+)\.lora_[AB]\.weight$/.exec(name) ?? [];
  if (linearLayers.some((known) => known === layer)) return name;
  throw unsupported(`tensor ${stored}, supported are those of ${linearLayers.join(', ')}`);
}

type Header = Record<string, Omit<TensorEntry, 'dtype'> & { readonly dtype: string }> & {
  readonly __metadata__?: Readonly<Record<string, string>>;
};

function readHeader(bytes: Uint8Array): { start: number; header: Header } {
  if (bytes.length < 8) throw corrupt(`${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = parsed(new TextDecoder().decode(bytes.subarray(8, 8 + length)), 'header') as Header;
  return { start: 8 + length, header };
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw corrupt(`an unreadable ${what} (${error instanceof Error ? error.message : String(error)})`);
  }
}

function unsupported(found: string): PermanentError {
  return new PermanentError(
    'UnsupportedModel',
    `The adapter has ${found}. Merge it into its base where it was trained, and give the whole model.`,
  );
}

function corrupt(found: string): PermanentError {
  return new PermanentError('CorruptArtifact', `Adapter file: found ${found}; expected safetensors of a LoRA adapter.`);
}
