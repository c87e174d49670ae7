// A GGUF file on disk as a model source: config, tokenizer and tensors in Hugging Face form.

import { gguf } from '@huggingface/gguf';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { huggingFaceName, rotaryHeadCount, unpermuteRotaryRows } from '../../core/models/gguf-names.ts';
import { dequantize, quantizationOf, quantizedBytes } from '../../core/models/quantization.ts';
import { stampFile } from './file-hash.ts';
import { configFromGguf, ROPE_DIVISORS } from './gguf-config.ts';
import { GgufMetadata } from './gguf-metadata.ts';
import { tokenizerFromGguf } from './gguf-tokenizer.ts';
import type { FileStamp, ModelSource, SourceTensor } from './model-source.ts';
import { readRange } from './read-range.ts';

type TensorTable = Awaited<ReturnType<typeof gguf>>;

/**
 * Opens the GGUF file at `path`; nothing but its header is read until a tensor is.
 * @throws {PermanentError} `CorruptModel` for a file that is no GGUF or is cut short, `UnsupportedModel` for an
 *   architecture, tokenizer or quantisation that cannot be read
 */
export async function openGguf(path: string): Promise<ModelSource> {
  const stamp = await stampFile(path);
  const table = await readTable(path);
  if (!table.littleEndian) {
    throw new PermanentError(
      FailureType.UnsupportedModel,
      `${path} is big endian; expected a little-endian GGUF file.`,
    );
  }
  const metadata = new GgufMetadata(path, { ...table.metadata });
  const file = await open(path, 'r');
  try {
    const entries = table.tensorInfos.map((entry) => storedTensor(file, stamp, entry, table.tensorDataOffset));
    const divisors = entries.find(({ storedName }) => storedName === ROPE_DIVISORS);
    const names = new Set(entries.map(({ storedName }) => storedName));
    const config = configFromGguf(metadata, names, divisors === undefined ? null : [...(await divisors.read())]);
    const { tokenizer, tokenizerConfig, chatTemplate } = tokenizerFromGguf(metadata);
    const tensors = entries.filter((entry) => entry !== divisors).map((entry) => sourceTensor(metadata, entry));
    return { files: [stamp], config, tokenizer, tokenizerConfig, chatTemplate, tensors, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readTable(path: string): Promise<TensorTable> {
  try {
    return await gguf(path, { allowLocalFile: true });
  } catch (error) {
    throw new PermanentError(
      FailureType.CorruptModel,
      `${path} cannot be read as GGUF: ${error instanceof Error ? error.message : String(error)}. ` +
        'The file is damaged or of another kind; fetch it again.',
      { cause: error },
    );
  }
}

/** A tensor as the file has it: under its GGUF name, its rows in llama.cpp's order. */
interface StoredTensor extends Pick<SourceTensor, 'shape' | 'read'> {
  readonly storedName: string;
}

function storedTensor(
  file: FileHandle,
  stamp: FileStamp,
  { name: storedName, shape: storedShape, dtype, offset }: TensorTable['tensorInfos'][number],
  dataStart: bigint,
): StoredTensor {
  const shape = storedShape.map(Number).reverse(); // GGUF counts dimensions from the innermost
  const quantization = quantizationOf(dtype, storedName);
  const bytes = quantizedBytes(
    quantization,
    shape.reduce((product, size) => product * size, 1),
  );
  const position = Number(dataStart + offset);
  if (!Number.isInteger(bytes) || position + bytes > stamp.bytes) {
    throw new PermanentError(
      FailureType.CorruptModel,
      `Tensor "${storedName}" of ${stamp.path} lies at bytes ${position} to ${position + bytes}, ` +
        `but the file has ${stamp.bytes}. The file is cut short; fetch it again.`,
    );
  }
  const read = async (): Promise<Float32Array> =>
    dequantize(quantization, await readRange(file, stamp.path, position, bytes));
  return { storedName, shape, read };
}

function sourceTensor(metadata: GgufMetadata, { storedName, shape, read }: StoredTensor): SourceTensor {
  const name = huggingFaceName(storedName);
  const headCount = rotaryHeadCount(metadata.architecture, name, {
    query: metadata.number('attention.head_count'),
    key: metadata.number('attention.head_count_kv', metadata.number('attention.head_count')),
  });
  if (headCount === undefined) return { name, shape, read };
  return { name, shape, read: async () => unpermuteRotaryRows(await read(), shape[0] ?? 0, headCount) };
}
