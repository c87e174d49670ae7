// A language model small enough to be made by a test: a GGUF v3 file of a two-layer Llama with random weights, a
// byte-level vocabulary of 287 tokens and a chat template. llama.cpp loads it, and prepareModel accepts it.

import { writeFile } from 'node:fs/promises';
import { uniforms } from '../../core/random/philox.ts';

export const tinyModel = {
  layerCount: 2,
  hiddenSize: 32,
  headCount: 4,
  keyHeadCount: 2,
  feedForwardSize: 64,
  contextLength: 512,
  vocabularySize: 287,
} as const;

/** SmolLM2's form of turns, without a system turn of its own. */
export const tinyChatTemplate =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

const specialTokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];
const merges =
  'Ġ t|Ġ a|i n|h e|r e|o n|Ġt he|e r|Ġ s|a t|Ġ o|e n|Ġ c|i t|Ġ w|i s|o r|e s|Ġ f|Ġ b|in g|e d|o u|Ġ p|a n|a l|a r|Ġa n';

export interface TinyGgufOptions {
  readonly seed?: string;
  /** Further entries of the header, or other values of those it has. */
  readonly entries?: Readonly<Record<string, MetadataEntryValue>>;
  /** Further tensors, or others in place of those of their names. */
  readonly tensors?: readonly TinyTensor[];
}

/** A tensor as it is stored: `type` is GGML's number of its storage form. */
export interface TinyTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** Writes the model to `path`; the same options give the same bytes. */
export async function writeTinyGguf(path: string, options: TinyGgufOptions = {}): Promise<void> {
  const others = new Map((options.tensors ?? []).map((tensor) => [tensor.name, tensor]));
  const own = tinyTensors(options.seed ?? 'tiny').map((tensor) => others.get(tensor.name) ?? tensor);
  const tensors = [...new Set([...own, ...others.values()])];
  const writer = createWriter();
  writer.bytes(Buffer.from('GGUF'));
  writer.uint32(3);
  writer.uint64(tensors.length);
  const entries = Object.entries({ ...Object.fromEntries(metadataEntries()), ...options.entries });
  writer.uint64(entries.length);
  for (const [key, value] of entries) writeEntry(writer, key, value);
  let offset = 0;
  for (const { name, shape, type, bytes } of tensors) {
    writer.text(name);
    writer.uint32(shape.length);
    for (const size of [...shape].reverse()) writer.uint64(size);
    writer.uint32(type);
    writer.uint64(offset);
    offset += Math.ceil(bytes.byteLength / 32) * 32;
  }
  for (const { bytes } of tensors) {
    writer.align(32); // the alignment that offsets above assume, and the start of the data
    writer.bytes(bytes);
  }
  writer.align(32);
  await writeFile(path, writer.whole());
}

/** A float32 tensor. */
export function floatTensor(name: string, shape: readonly number[], values: Float32Array): TinyTensor {
  return { name, shape, type: 0, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

function tinyTensors(seed: string): TinyTensor[] {
  const { hiddenSize, headCount, keyHeadCount, feedForwardSize, vocabularySize, layerCount } = tinyModel;
  const keySize = (hiddenSize / headCount) * keyHeadCount;
  const matrix = (name: string, rows: number, columns: number): TinyTensor => {
    const reader = uniforms(`${seed}/${name}`);
    const bound = Math.sqrt(3 / columns);
    const values = Float32Array.from({ length: rows * columns }, () => (2 * reader.next() - 1) * bound);
    return floatTensor(name, [rows, columns], values);
  };
  const norm = (name: string): TinyTensor => {
    const reader = uniforms(`${seed}/${name}`);
    return floatTensor(
      name,
      [hiddenSize],
      Float32Array.from({ length: hiddenSize }, () => 0.5 + reader.next()),
    );
  };
  const layers = Array.from({ length: layerCount }, (_, layer) => `blk.${layer}`).flatMap((block) => [
    norm(`${block}.attn_norm.weight`),
    matrix(`${block}.attn_q.weight`, hiddenSize, hiddenSize),
    matrix(`${block}.attn_k.weight`, keySize, hiddenSize),
    matrix(`${block}.attn_v.weight`, keySize, hiddenSize),
    matrix(`${block}.attn_output.weight`, hiddenSize, hiddenSize),
    norm(`${block}.ffn_norm.weight`),
    matrix(`${block}.ffn_gate.weight`, feedForwardSize, hiddenSize),
    matrix(`${block}.ffn_up.weight`, feedForwardSize, hiddenSize),
    matrix(`${block}.ffn_down.weight`, hiddenSize, feedForwardSize),
  ]);
  return [matrix('token_embd.weight', vocabularySize, hiddenSize), ...layers, norm('output_norm.weight')];
}

type MetadataEntryValue =
  | { readonly uint32: number }
  | { readonly float32: number }
  | { readonly bool: boolean }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly int32s: readonly number[] };

function metadataEntries(): [string, MetadataEntryValue][] {
  const { layerCount, hiddenSize, headCount, keyHeadCount, feedForwardSize, contextLength } = tinyModel;
  const pairs = merges.split('|');
  const tokens = [...specialTokens, ...byteCharacters(), ...pairs.map((pair) => pair.replace(' ', ''))];
  return [
    ['general.architecture', { text: 'llama' }],
    ['general.name', { text: 'Tiny' }],
    ['llama.block_count', { uint32: layerCount }],
    ['llama.context_length', { uint32: contextLength }],
    ['llama.embedding_length', { uint32: hiddenSize }],
    ['llama.feed_forward_length', { uint32: feedForwardSize }],
    ['llama.attention.head_count', { uint32: headCount }],
    ['llama.attention.head_count_kv', { uint32: keyHeadCount }],
    ['llama.attention.layer_norm_rms_epsilon', { float32: 1e-5 }],
    ['llama.rope.dimension_count', { uint32: hiddenSize / headCount }],
    ['llama.rope.freq_base', { float32: 10_000 }],
    ['llama.vocab_size', { uint32: tokens.length }],
    ['tokenizer.ggml.model', { text: 'gpt2' }],
    ['tokenizer.ggml.pre', { text: 'smollm' }],
    ['tokenizer.ggml.tokens', { texts: tokens }],
    ['tokenizer.ggml.token_type', { int32s: tokens.map((_, id) => (id < specialTokens.length ? 3 : 1)) }],
    ['tokenizer.ggml.merges', { texts: pairs }],
    ['tokenizer.ggml.bos_token_id', { uint32: 1 }],
    ['tokenizer.ggml.eos_token_id', { uint32: 2 }],
    ['tokenizer.ggml.padding_token_id', { uint32: 2 }],
    ['tokenizer.ggml.add_bos_token', { bool: false }],
    ['tokenizer.chat_template', { text: tinyChatTemplate }],
  ];
}

/** The printable characters that stand for the 256 bytes in byte-level BPE, in the order of the bytes. */
function byteCharacters(): string[] {
  let unprintable = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    return String.fromCodePoint(printable ? byte : 256 + unprintable++);
  });
}

interface Writer {
  bytes(value: Uint8Array): void;
  uint32(value: number): void;
  uint64(value: number): void;
  text(value: string): void;
  align(size: number): void;
  whole(): Buffer;
}

function createWriter(): Writer {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const bytes = (value: Uint8Array): void => {
    pieces.push(value);
    length += value.byteLength;
  };
  const uint32 = (value: number): void => bytes(new Uint8Array(Uint32Array.of(value).buffer));
  const uint64 = (value: number): void => bytes(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  return {
    bytes,
    uint32,
    uint64,
    text: (value) => {
      uint64(Buffer.byteLength(value));
      bytes(Buffer.from(value));
    },
    align: (size) => bytes(new Uint8Array((size - (length % size)) % size)),
    whole: () => Buffer.concat(pieces),
  };
}

// Numbers of the value types in the GGUF specification.
const valueType = { uint32: 4, int32: 5, float32: 6, bool: 7, text: 8, list: 9 } as const;

function writeEntry(writer: Writer, key: string, value: MetadataEntryValue): void {
  writer.text(key);
  if ('uint32' in value) {
    writer.uint32(valueType.uint32);
    writer.uint32(value.uint32);
  } else if ('float32' in value) {
    writer.uint32(valueType.float32);
    writer.bytes(new Uint8Array(Float32Array.of(value.float32).buffer));
  } else if ('bool' in value) {
    writer.uint32(valueType.bool);
    writer.bytes(Uint8Array.of(value.bool ? 1 : 0));
  } else if ('text' in value) {
    writer.uint32(valueType.text);
    writer.text(value.text);
  } else if ('texts' in value) {
    writeListHead(writer, valueType.text, value.texts.length);
    for (const text of value.texts) writer.text(text);
  } else {
    writeListHead(writer, valueType.int32, value.int32s.length);
    writer.bytes(new Uint8Array(Int32Array.from(value.int32s).buffer));
  }
}

function writeListHead(writer: Writer, itemType: number, length: number): void {
  writer.uint32(valueType.list);
  writer.uint32(itemType);
  writer.uint64(length);
}
