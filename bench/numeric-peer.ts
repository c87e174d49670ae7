// A Python process beside a bench: one line of JSON in, one line out, on as many threads as we use.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createMatrixEngine } from '../adapters/onnx/matrix-engine.ts';
import type { RowSource } from '../core/diversity/row-source.ts';
import { rowsInMemory } from '../core/diversity/row-source.ts';
import type { GraphEngine } from '../core/matrix/graph-engine.ts';
import { inventedRows, writeRowFile } from './row-sets.ts';
import { spread } from './sketch-engine.ts';

/** Numbers of a row. */
export const DIMENSION = 1024;

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

/** Our CPU seconds, the peer's, and the ratios in CPU time and on the wall, each as a spread. */
export function timeCells(rounds: readonly { readonly own: Timing; readonly other: Timing }[]): string[] {
  return [
    spread(rounds.map(({ own }) => own.processor)),
    spread(rounds.map(({ other }) => other.processor)),
    spread(rounds.map(({ own, other }) => own.processor / other.processor)),
    spread(rounds.map(({ own, other }) => own.wall / other.wall)),
  ];
}

interface Contest {
  readonly peer: Peer;
  readonly engine: GraphEngine;
  readonly source: RowSource;
  /** What the peer answered when it was given the rows. */
  readonly greeting: Readonly<Record<string, unknown>>;
}

/** Lends `use` the same rows of 1,024 numbers on both sides, each on `threads` threads. */
export async function withContest(
  { script, python, threads, count }: { script: string; python: string; threads: number; count: number },
  use: (contest: Contest) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'contest-'));
  const peer = startPeer(python, script, threads);
  const engine = createMatrixEngine(threads);
  try {
    const path = join(folder, 'rows.f32');
    const source = rowsInMemory(await writeRowFile(path, inventedRows(count, DIMENSION)));
    const greeting = await peer.ask({ rows: path, dimension: DIMENSION });
    await use({ peer, engine, source, greeting });
  } finally {
    peer.end();
    await engine.close();
    await rm(folder, { recursive: true });
  }
}
