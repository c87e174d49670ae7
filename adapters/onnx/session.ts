// One onnxruntime session inside the thread that owns it: how it is opened, fed and read, and what its refusals mean.
import { access } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { GraphModel, TensorValue } from '../../core/graph/runner.ts';

/** `resources`: memory or disk ran out, waiting may mend it; `graph`: the model or its feeds are at fault. */
export type RefusalReason = 'resources' | 'graph';

/**
 * Graphs come as they are to be run: rewriting takes as long as the rest of opening and makes no run faster. Memory patterns
 * would keep one more block for every shape of batch.
 */
export async function createSession(
  { bytes, weightsFolder, mapWeights = false }: GraphModel,
  threads: number,
): Promise<InferenceSession> {
  if (weightsFolder !== null) await access(weightsFolder);
  return InferenceSession.create(bytes, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'disabled',
    enableMemPattern: false,
    logSeverityLevel: 3,
    executionProviders: executionProviders(),
    extra: {
      session: {
        disable_prepacking: mapWeights ? '1' : '0',
        ...(weightsFolder !== null && { model_external_initializers_file_folder_path: weightsFolder }),
      },
    },
  });
}

export function tensorOf(value: TensorValue): Tensor {
  return value.type === 'float32'
    ? new Tensor('float32', unshared(value.data), value.dims)
    : new Tensor('int64', value.data, value.dims);
}

/** Copies: what the runtime hands out must not be transferred away from it. */
export function valueOf(tensor: Tensor): TensorValue {
  const dims = [...tensor.dims];
  const { data } = tensor;
  if (data instanceof Float32Array) return { type: 'float32', dims, data: data.slice() };
  if (data instanceof BigInt64Array) return { type: 'int64', dims, data: data.slice() };
  throw new Error(`a graph output has type ${tensor.type}; expected float32 or int64`);
}

export function refusalOf(error: unknown): { reason: RefusalReason; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const fromSystem = error instanceof Error && 'syscall' in error;
  return {
    reason: fromSystem || /bad_alloc|failed to allocate|out of memory/i.test(message) ? 'resources' : 'graph',
    message,
  };
}

/** `cpu` unless DIFFRACT_EXECUTION_PROVIDERS names others in the order to try, such as `cuda,cpu`. */
function executionProviders(): string[] {
  const named = process.env['DIFFRACT_EXECUTION_PROVIDERS'] ?? '';
  return (named.trim() === '' ? 'cpu' : named).split(',').map((name) => name.trim());
}

/** Shared memory reaches the thread without a copy, but the runtime does not read it. */
function unshared(data: Float32Array): Float32Array {
  return data.buffer instanceof SharedArrayBuffer ? data.slice() : data;
}
