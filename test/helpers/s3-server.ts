// A real S3 server for tests: versitygw on a loopback port over a temporary folder. Looked for at $DIFFRACT_VERSITYGW, on the
// PATH, then in the cache folder; `go install github.com/versity/versitygw/cmd/versitygw@v1.8.0` builds it.

import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { cacheFolder } from '../../adapters/models/cache.ts';

export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  /** Objects lie under `<folder>/<bucket>/<key>`. */
  readonly folder: string;
  /** Makes an empty bucket. */
  createBucket(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** The server's program; null when this machine has none, and `missingServer` says where it was looked for. */
export function findS3Server(): string | null {
  return candidates().find(isExecutable) ?? null;
}

export const missingServer = 'no versitygw at $DIFFRACT_VERSITYGW, on the PATH or in the cache folder';

/** Starts the server and sets its credentials in this process's environment, where the SDK looks for them. */
export async function startS3Server(program: string): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-s3-'));
  const [data, sidecar] = [join(folder, 'data'), join(folder, 'sidecar')];
  await Promise.all([mkdir(data), mkdir(sidecar)]);
  const port = await freePort();
  const keys = { AWS_ACCESS_KEY_ID: 'diffract', AWS_SECRET_ACCESS_KEY: 'diffract-secret' };
  Object.assign(process.env, keys, { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' });
  const child = spawn(program, ['--quiet', '--port', `127.0.0.1:${port}`, 'posix', '--sidecar', sidecar, data], {
    env: { ...process.env, ROOT_ACCESS_KEY: keys.AWS_ACCESS_KEY_ID, ROOT_SECRET_KEY: keys.AWS_SECRET_ACCESS_KEY },
    stdio: 'ignore',
  });
  const killWithTests = () => void child.kill('SIGKILL');
  process.once('exit', killWithTests);
  const endpoint = `http://127.0.0.1:${port}`;
  await untilAnswering(endpoint, child);
  const client = new S3Client({ region: 'us-east-1', endpoint, forcePathStyle: true });
  return {
    endpoint,
    region: 'us-east-1',
    folder: data,
    async createBucket(name) {
      await client.send(new CreateBucketCommand({ Bucket: name }));
    },
    async stop() {
      client.destroy();
      process.off('exit', killWithTests);
      if (child.exitCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function candidates(): string[] {
  const named = process.env['DIFFRACT_VERSITYGW'];
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((entry) => join(entry, 'versitygw'));
  return [...(named ? [named] : []), ...onPath, join(cacheFolder(), 'bin', 'versitygw')];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

async function untilAnswering(endpoint: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error(`versitygw did not answer at ${endpoint}; exit code ${String(child.exitCode)}`);
}
