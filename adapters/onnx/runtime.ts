// Runs graphs with onnxruntime on worker threads: one session a thread, and pools that spread runs over several.
import { Worker } from 'node:worker_threads';
import { PermanentError, TransientError } from '../../contracts/failures.ts';
import type { Feeds, GraphModel, GraphRuntime, GraphSession, TensorValue } from '../../core/graph/runner.ts';
import type { OpenRequest, RunRequest, ThreadReply } from './session-thread.ts';

type Outputs = Record<string, TensorValue>;

type Refusal = Extract<ThreadReply, { readonly reason: unknown }>;

interface Waiting {
  readonly resolve: (outputs: Outputs) => void;
  readonly reject: (error: Error) => void;
  /** The thread is done with the run, or is no more. */
  readonly answered: () => void;
}

export function createOnnxRuntime(): GraphRuntime {
  return { open: openSession };
}

/**
 * `count` sessions of the same model behind one: runs go to the first idle session, in the order they were asked for.
 * Each session holds its own copy of the weights that the runtime rearranges.
 */
export async function sessionPool(runtime: GraphRuntime, model: GraphModel, count: number): Promise<GraphSession> {
  const sessions = await openAll(Array.from({ length: count }, () => runtime.open(model, 1)));
  const idle = [...sessions];
  const queue: ((session: GraphSession) => void)[] = [];
  const acquire = (): Promise<GraphSession> => {
    const session = idle.pop();
    return session ? Promise.resolve(session) : new Promise((resolve) => queue.push(resolve));
  };
  const release = (session: GraphSession): void => {
    const next = queue.shift();
    if (next) next(session);
    else idle.push(session);
  };
  return {
    async run(feeds) {
      const session = await acquire();
      return session.run(feeds).finally(() => release(session));
    },
    async close() {
      await Promise.all(sessions.map((session) => session.close()));
    },
  };
}

/** All of them, or none: what opened is closed again when another one fails. */
async function openAll(opening: readonly Promise<GraphSession>[]): Promise<GraphSession[]> {
  try {
    return await Promise.all(opening);
  } catch (error) {
    for (const result of await Promise.allSettled(opening)) {
      if (result.status === 'fulfilled') await result.value.close();
    }
    throw error;
  }
}

async function openSession(model: GraphModel, threads: number): Promise<GraphSession> {
  const worker = startThread(new URL('./session-thread.ts', import.meta.url));
  const request: OpenRequest = { model, threads };
  worker.postMessage(request);
  const waiting = new Map<number, Waiting>();
  let ended: Error | null = null;
  await readiness(worker);
  serveReplies(worker, waiting);
  worker.on('exit', (code) => (ended ??= threadEnded(code, 'and runs nothing more')));
  let nextId = 0;
  const running = new Set<Promise<void>>();
  return {
    run(feeds: Feeds) {
      if (ended) return Promise.reject(ended);
      const request: RunRequest = { id: nextId++, feeds };
      return new Promise<Outputs>((resolve, reject) => {
        const answer = new Promise<void>((answered) => waiting.set(request.id, { resolve, reject, answered }));
        running.add(answer);
        void answer.then(() => running.delete(answer));
        worker.postMessage(request);
      });
    },
    async close() {
      ended ??= new Error('the session is closed');
      for (const { reject } of waiting.values()) reject(new TransientError('the session was closed during a run'));
      // The runtime brings the whole process down when its thread is ended in the middle of a run.
      await Promise.all(running);
      await worker.terminate();
    },
  };
}

/** On Node 20 a new thread does not inherit the hooks of `--import tsx`, so it installs them before its entry is loaded. */
export function startThread(entry: URL): Worker {
  const hooks = import.meta.resolve('tsx/esm/api');
  const start = `import('${hooks}').then(({ register }) => { register(); return import('${entry.href}'); })`;
  return new Worker(start, { eval: true, execArgv: [] });
}

function readiness(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number): void => reject(threadEnded(code, 'before its session was open'));
    worker.once('error', reject);
    worker.once('exit', onExit);
    worker.once('message', (reply: ThreadReply) => {
      worker.off('error', reject);
      worker.off('exit', onExit);
      if (reply.kind === 'refused') reject(failureOf(reply, 'refused the graph'));
      else resolve();
    });
  });
}

function serveReplies(worker: Worker, waiting: Map<number, Waiting>): void {
  const failAll = (error: Error): void => {
    for (const { reject, answered } of waiting.values()) {
      reject(error);
      answered();
    }
    waiting.clear();
  };
  worker.on('message', (reply: ThreadReply) => {
    if (reply.kind !== 'outputs' && reply.kind !== 'failed') return;
    const settled = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.kind === 'outputs') settled?.resolve(reply.outputs);
    else settled?.reject(failureOf(reply, 'failed to run the graph'));
    settled?.answered();
  });
  worker.on('error', failAll);
  worker.on('exit', (code) => failAll(threadEnded(code, 'during a run')));
}

function failureOf({ reason, message }: Refusal, what: string): Error {
  const text = `onnxruntime ${what}: ${message}`;
  return reason === 'resources' ? new TransientError(text) : new PermanentError('UnsupportedModel', text);
}

function threadEnded(code: number, when: string): TransientError {
  return new TransientError(`the thread of an onnxruntime session ended with code ${code} ${when}`);
}
