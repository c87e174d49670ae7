// A Python process beside a bench: one line of JSON in, one line out, on as many threads as we use.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Peer {
  ask(request: object): Promise<Readonly<Record<string, unknown>>>;
  end(): void;
}

export interface Timing {
  /** CPU seconds of all threads. */
  readonly processor: number;
  /** Seconds on the wall. */
  readonly wall: number;
}

export function startPeer(python: string, script: string, threads: number): Peer {
  const limits = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'].map((name) => [name, String(threads)]);
  const child = spawn(python, [new URL(script, import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...Object.fromEntries(limits) },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`${python} ${script} ended early; does it have what the script imports?`);
      return JSON.parse(line.value) as Record<string, unknown>;
    },
    end: () => child.stdin.end(),
  };
}

/** CPU and wall seconds of `work` in this process. */
export async function timed<Result>(work: () => Promise<Result>): Promise<[Timing, Result]> {
  const before = process.cpuUsage();
  const start = performance.now();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [{ processor: (user + system) / 1e6, wall: (performance.now() - start) / 1e3 }, result];
}
