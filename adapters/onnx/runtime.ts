// Runs graphs with onnxruntime on worker threads: one session a thread, and pools that spread runs over several.
import { Worker } from 'node:worker_threads';
import { PermanentError } from '../../contracts/failures.ts';
import type { Feeds, GraphModel, GraphRuntime, GraphSession, TensorValue } from '../../core/graph/runner.ts';
import type { RunRequest, SessionThreadData, ThreadReply } from './session-thread.ts';

type Outputs = Record<string, TensorValue>;

interface Waiting {
  readonly resolve: (outputs: Outputs) => void;
  readonly reject: (error: Error) => void;
}

export function createOnnxRuntime(): GraphRuntime {
  return { open: openSession };
}

/**
 * `count` sessions of the same model behind one: runs go to the first idle session, in the order they were asked for.
 * Each session holds its own copy of the weights that the runtime rearranges.
 */
export async function sessionPool(runtime: GraphRuntime, model: GraphModel, count: number): Promise<GraphSession> {
  const sessions = await Promise.all(Array.from({ length: count }, () => runtime.open(model, 1)));
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

async function openSession(model: GraphModel, threads: number): Promise<GraphSession> {
  const data: SessionThreadData = { model, threads };
  const worker = startThread(data);
  const waiting = new Map<number, Waiting>();
  await readiness(worker);
  serveReplies(worker, waiting);
  let nextId = 0;
  let closed = false;
  return {
    run(feeds: Feeds) {
      if (closed) return Promise.reject(new Error('the session is closed'));
      const request: RunRequest = { id: nextId++, feeds };
      return new Promise<Outputs>((resolve, reject) => {
        waiting.set(request.id, { resolve, reject });
        worker.postMessage(request);
      });
    },
    async close() {
      closed = true;
      await worker.terminate();
    },
  };
}

/** On Node 20 a new thread does not inherit the hooks of `--import tsx`, so it installs them before its entry is loaded. */
function startThread(workerData: SessionThreadData): Worker {
  const entry = new URL('./session-thread.ts', import.meta.url).href;
  const hooks = import.meta.resolve('tsx/esm/api');
  const start = `import('${hooks}').then(({ register }) => { register(); return import('${entry}'); })`;
  return new Worker(start, { eval: true, workerData, execArgv: [] });
}

function readiness(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (reply: ThreadReply) => {
      worker.off('error', reject);
      if (reply.kind === 'ready') resolve();
      else reject(new PermanentError('UnsupportedModel', `onnxruntime refused the graph: ${refusalOf(reply)}`));
    });
  });
}

function serveReplies(worker: Worker, waiting: Map<number, Waiting>): void {
  const failAll = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', (reply: ThreadReply) => {
    if (reply.kind !== 'outputs' && reply.kind !== 'failed') return;
    const settled = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.kind === 'outputs') settled?.resolve(reply.outputs);
    else
      settled?.reject(new PermanentError('UnsupportedModel', `onnxruntime failed to run the graph: ${reply.message}`));
  });
  worker.on('error', failAll);
  worker.on('exit', (code) => failAll(new Error(`the session's thread ended with code ${code} during a run`)));
}

function refusalOf(reply: ThreadReply): string {
  return reply.kind === 'refused' ? reply.message : `unexpected reply ${reply.kind}`;
}
