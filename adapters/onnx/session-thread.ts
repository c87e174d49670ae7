// The thread that owns one onnxruntime session. A run blocks its thread, so every session lives on its own.
import { access } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Feeds, GraphModel, TensorValue } from '../../core/graph/runner.ts';

/** The first message to the thread. */
export interface OpenRequest {
  readonly model: GraphModel;
  readonly threads: number;
}

export interface RunRequest {
  readonly id: number;
  readonly feeds: Feeds;
}

export type ThreadReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly message: string }
  | { readonly kind: 'outputs'; readonly id: number; readonly outputs: Record<string, TensorValue> }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: RefusalReason; readonly message: string };

/** `resources`: memory or disk ran out, waiting may mend it; `graph`: the model or its feeds are at fault. */
export type RefusalReason = 'resources' | 'graph';

// The model comes as a message and not as workerData, which would keep its bytes as long as the thread lives.
const port = parentPort;
port?.once('message', (request: OpenRequest) => void serve(port, request));

async function serve(replies: NonNullable<typeof parentPort>, { model, threads }: OpenRequest): Promise<void> {
  const reply = (message: ThreadReply, transfer: ArrayBuffer[] = []): void => replies.postMessage(message, transfer);
  const session = await createSession(model, threads).catch((error: unknown) => {
    reply({ kind: 'refused', ...refusalOf(error) });
    return null;
  });
  if (!session) return;
  replies.on('message', ({ id, feeds }: RunRequest) => {
    run(session, feeds).then(
      (outputs) => reply({ kind: 'outputs', id, outputs }, transferable(outputs)),
      (error: unknown) => reply({ kind: 'failed', id, ...refusalOf(error) }),
    );
  });
  reply({ kind: 'ready' });
}

/** `cpu` unless DIFFRACT_EXECUTION_PROVIDERS names others in the order to try, such as `cuda,cpu`. */
function executionProviders(): string[] {
  const named = process.env['DIFFRACT_EXECUTION_PROVIDERS'] ?? '';
  return (named.trim() === '' ? 'cpu' : named).split(',').map((name) => name.trim());
}

/**
 * Graphs come as they are to be run: rewriting takes as long as the rest of opening and makes no run faster. Memory patterns
 * would keep one more block for every shape of batch.
 */
async function createSession(
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

async function run(session: InferenceSession, feeds: Feeds): Promise<Record<string, TensorValue>> {
  const tensors = Object.entries(feeds).map(([name, value]) => [name, tensorOf(value)] as const);
  const results = Object.entries(await session.run(Object.fromEntries(tensors)));
  return Object.fromEntries(results.map(([name, tensor]) => [name, valueOf(tensor)]));
}

function tensorOf(value: TensorValue): Tensor {
  return value.type === 'float32'
    ? new Tensor('float32', unshared(value.data), value.dims)
    : new Tensor('int64', value.data, value.dims);
}

/** Shared memory reaches the thread without a copy, but the runtime does not read it. */
function unshared(data: Float32Array): Float32Array {
  return data.buffer instanceof SharedArrayBuffer ? data.slice() : data;
}

/** Copies: what the runtime hands out must not be transferred away from it. */
function valueOf(tensor: Tensor): TensorValue {
  const dims = [...tensor.dims];
  const { data } = tensor;
  if (data instanceof Float32Array) return { type: 'float32', dims, data: data.slice() };
  if (data instanceof BigInt64Array) return { type: 'int64', dims, data: data.slice() };
  throw new Error(`a graph output has type ${tensor.type}; expected float32 or int64`);
}

function transferable(outputs: Record<string, TensorValue>): ArrayBuffer[] {
  return Object.values(outputs).map(({ data }) => data.buffer as ArrayBuffer);
}

function refusalOf(error: unknown): { reason: RefusalReason; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const fromSystem = error instanceof Error && 'syscall' in error;
  return {
    reason: fromSystem || /bad_alloc|failed to allocate|out of memory/i.test(message) ? 'resources' : 'graph',
    message,
  };
}
