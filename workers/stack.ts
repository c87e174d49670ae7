// Everything a campaign needs on one machine: the Temporal server (unless TEMPORAL_ADDRESS names one) and the four workers as
// processes of their own, started again when they die.

import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connectTemporal, temporalAddress } from '../adapters/temporal/connect.ts';
import { findTemporalBinary, startTemporalServer, type TemporalServer } from '../adapters/temporal/server.ts';
import { PermanentError } from '../contracts/failures.ts';
import { searchAttributeTypes } from '../contracts/search-attributes.ts';
import { repositoryPath } from './serve.ts';

export type WorkerName = 'control' | 'gradients' | 'llm' | 'training';

export interface StackEvent {
  readonly kind: 'server-started' | 'server-died' | 'worker-started' | 'worker-died' | 'preparing';
  readonly name: string;
  readonly detail: string;
}

export interface StackSettings {
  /** Holds the server's database, logs, and the working folder of trainers. */
  readonly stateFolder: string;
  /** Gradient workers to run; 1 by default. */
  readonly gradientWorkers?: number;
  readonly onEvent: (event: StackEvent) => void;
}

export interface Stack {
  readonly address: string;
  readonly namespace: string;
  readonly uiAddress: string | null;
  /** Process ids by name, for operators and tests. */
  processes(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** A process that dies sooner than this after its start is started again more and more slowly. */
const healthySeconds = 20;

export async function startStack(settings: StackSettings): Promise<Stack> {
  const bundle = repositoryPath('build/workflow-bundle.js');
  if (!existsSync(bundle)) {
    throw new PermanentError(
      'InvalidConfig',
      `No workflow bundle at ${bundle}; build it with: node --import tsx scripts/prepare.ts`,
    );
  }
  await mkdir(join(settings.stateFolder, 'logs'), { recursive: true });
  const given = temporalAddress();
  const server = given === null ? await keepServer(settings) : null;
  const address = given?.address ?? server!.address;
  const namespace = given?.namespace ?? 'default';
  if (given !== null) await (await connectTemporal(given, 15)).close();
  const names: WorkerName[] = ['control', 'llm', 'training'];
  const gradients = Array.from({ length: settings.gradientWorkers ?? 1 }, (): WorkerName => 'gradients');
  const workers = [...names, ...gradients].map((name, index) =>
    keepWorker(name, index, { address, namespace }, settings),
  );
  return {
    address,
    namespace,
    uiAddress: server?.uiAddress() ?? null,
    processes: () =>
      Object.fromEntries([
        ...workers.map((worker) => worker.process()),
        ...(server === null ? [] : [server.process()]),
      ]),
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await server?.stop();
    },
  };
}

interface Kept {
  process(): [string, number];
  stop(): Promise<void>;
}

function keepWorker(
  name: WorkerName,
  index: number,
  { address, namespace }: { readonly address: string; readonly namespace: string },
  { stateFolder, onEvent }: StackSettings,
): Kept {
  const label = name === 'gradients' ? `gradients-${index}` : name;
  let stopping = false;
  let child = start();

  function start(): ChildProcess {
    const log = createWriteStream(join(stateFolder, 'logs', `${label}.log`), { flags: 'a' });
    const began = performance.now();
    const process_ = spawn(process.execPath, ['--import', 'tsx', repositoryPath(`workers/${name}.ts`)], {
      // A group of its own: a terminal's Ctrl-C is for the command line, which stops its workers in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
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
    if (stopping) return;
    onEvent({ kind: 'worker-died', name: label, detail: `${how}; starting it again` });
    await wait((performance.now() - began) / 1000 < healthySeconds ? 5_000 : 500);
    if (!stopping) child = start();
  }

  return {
    process: () => [label, child.pid ?? 0],
    async stop() {
      stopping = true;
      await endProcess(child, 30_000);
    },
  };
}

async function keepServer({
  stateFolder,
  onEvent,
}: StackSettings): Promise<Kept & { address: string; uiAddress(): string }> {
  const binary = await findTemporalBinary({
    onProgress: (detail) => onEvent({ kind: 'preparing', name: 'temporal', detail }),
  });
  const options = {
    binary,
    databaseFile: join(stateFolder, 'temporal.db'),
    logFile: join(stateFolder, 'logs', 'temporal.log'),
    searchAttributes: searchAttributeTypes,
  };
  let stopping = false;
  let server: TemporalServer = await startTemporalServer(options);
  const { port, uiPort } = portsOf(server);
  onEvent({ kind: 'server-started', name: 'temporal', detail: server.uiAddress });
  // The server is not our child's child: its death shows in its process id alone.
  const watch = setInterval(() => void reviveIfDead(), 1_000);
  let reviving = false;

  async function reviveIfDead(): Promise<void> {
    if (stopping || reviving || isAlive(server.pid)) return;
    reviving = true;
    onEvent({ kind: 'server-died', name: 'temporal', detail: 'starting it again on the same database' });
    server = await startTemporalServer({ ...options, port, uiPort }).catch(() => server);
    reviving = false;
  }

  return {
    address: server.address,
    uiAddress: () => server.uiAddress,
    process: () => ['temporal', server.pid],
    async stop() {
      stopping = true;
      clearInterval(watch);
      await server.stop();
    },
  };
}

function portsOf({ address, uiAddress }: TemporalServer): { port: number; uiPort: number } {
  const portOf = (text: string) => Number(/:(\d+)\/?$/.exec(text)?.[1]);
  return { port: portOf(address), uiPort: portOf(uiAddress) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function endProcess(child: ChildProcess, milliseconds: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  await ended;
  clearTimeout(timer);
}
