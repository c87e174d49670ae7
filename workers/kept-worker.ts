// One worker process of a stack, kept alive.

import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { repositoryPath } from './serve.ts';
import type { Kept, StackSettings, WorkerName } from './supervision.ts';

/** A process that dies sooner than this after its start waits five seconds for the next, others half a second. */
const healthySeconds = 20;

/** As a bare name Node would look for it from the current folder, which may be anywhere. */
const loader = import.meta.resolve('tsx');

/** @param index - tells several workers of one name apart */
export function keepWorker(
  { name, index }: { readonly name: WorkerName; readonly index: number },
  { address, namespace }: { readonly address: string; readonly namespace: string },
  { stateFolder, onEvent }: StackSettings,
): Kept {
  const label = name === 'gradients' ? `gradients-${index}` : name;
  const stopping = new AbortController();
  let child = start();

  function start(): ChildProcess {
    const log = createWriteStream(join(stateFolder, 'logs', `${label}.log`), { flags: 'a' });
    const began = performance.now();
    const process_ = spawn(process.execPath, ['--import', loader, repositoryPath(`workers/${name}.ts`)], {
      // A group of its own: a terminal's Ctrl-C is for the command line, which stops its workers in order.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        DIFFRACT_SUPERVISED: '1',
        TEMPORAL_ADDRESS: address,
        TEMPORAL_NAMESPACE: namespace,
        DIFFRACT_TRAINING_FOLDER: join(stateFolder, 'training'),
      },
    });
    process_.stdout.pipe(log, { end: false });
    process_.stderr.pipe(log, { end: false });
    onEvent({ kind: 'worker-started', name: label, detail: `process ${process_.pid}` });
    process_.once('exit', (code, signal) => void revive(began, signal ?? `code ${code}`));
    return process_;
  }

  async function revive(began: number, how: string): Promise<void> {
    if (stopping.signal.aborted) return;
    onEvent({ kind: 'worker-died', name: label, detail: `${how}; starting it again` });
    const pause = (performance.now() - began) / 1000 < healthySeconds ? 5_000 : 500;
    const waited = await wait(pause, 'waited', { signal: stopping.signal }).catch(() => 'stopped');
    if (waited === 'waited') child = start();
  }

  return {
    process: () => [label, child.pid ?? 0],
    async stop() {
      stopping.abort();
      await endProcess(child, 30_000);
    },
  };
}

async function endProcess(child: ChildProcess, milliseconds: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  await ended;
  clearTimeout(timer);
}
