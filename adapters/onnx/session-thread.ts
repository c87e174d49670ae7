// The thread that owns one onnxruntime session. A run blocks its thread, so every session lives on its own.
import { parentPort } from 'node:worker_threads';
import type { InferenceSession } from 'onnxruntime-node';
import type { Feeds, GraphModel, TensorValue } from '../../core/graph/runner.ts';
import { createSession, refusalOf, tensorOf, valueOf, type RefusalReason } from './session.ts';

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

async function run(session: InferenceSession, feeds: Feeds): Promise<Record<string, TensorValue>> {
  const tensors = Object.entries(feeds).map(([name, value]) => [name, tensorOf(value)] as const);
  const results = Object.entries(await session.run(Object.fromEntries(tensors)));
  return Object.fromEntries(results.map(([name, tensor]) => [name, valueOf(tensor)]));
}

function transferable(outputs: Record<string, TensorValue>): ArrayBuffer[] {
  return Object.values(outputs).map(({ data }) => data.buffer as ArrayBuffer);
}
