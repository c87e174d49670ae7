// How every worker process runs: connect, serve its queue until a signal, finish or hand back what is under way, close.

import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker, DefaultLogger, Runtime, type WorkerOptions } from '@temporalio/worker';
import type { TaskQueue } from '../contracts/queues.ts';

export interface Service {
  readonly queue: TaskQueue;
  readonly activities: object;
  /** Present on the control worker alone. */
  readonly workflowBundle?: string;
  readonly concurrentActivities: number;
  close(): Promise<void>;
}

/** Time for an activity to reach its next durable point before the process goes; less than an orchestrator's own grace. */
const graceTime = '20 seconds';

/** Serves until SIGTERM or SIGINT; the exit code is 0 after a clean shutdown. */
export async function serve(build: () => Promise<Service>): Promise<void> {
  Runtime.install({
    logger: new DefaultLogger('WARN'),
    shutdownSignals: ['SIGTERM', 'SIGINT'],
  });
  endWithSupervisor();
  const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233' });
  const service = await build();
  try {
    const worker = await Worker.create({ connection, ...optionsOf(service) });
    process.stdout.write(`${service.queue} ready\n`);
    await worker.run();
  } finally {
    await service.close();
    await connection.close();
  }
}

/** A worker of a local stack shares its supervisor's life: when that dies, even by kill -9, the pipe to it closes. */
function endWithSupervisor(): void {
  if (process.env['DIFFRACT_SUPERVISED'] !== '1') return;
  process.stdin.resume();
  process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM'));
}

/** The path of a file of this repository, given relative to its root. */
export function repositoryPath(relative: string): string {
  return fileURLToPath(new URL(`../${relative}`, import.meta.url));
}

function optionsOf({
  queue,
  activities,
  workflowBundle,
  concurrentActivities,
}: Service): Omit<WorkerOptions, 'connection'> {
  return {
    namespace: process.env['TEMPORAL_NAMESPACE'] ?? 'default',
    taskQueue: queue,
    activities,
    maxConcurrentActivityTaskExecutions: concurrentActivities,
    shutdownGraceTime: graceTime,
    ...(workflowBundle === undefined ? {} : { workflowBundle: { codePath: workflowBundle }, maxCachedWorkflows: 200 }),
  };
}

/** A positive whole number from the environment. */
export function numberSetting(name: string, otherwise: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${name} is "${text}"; expected a whole number above 0.`);
}
