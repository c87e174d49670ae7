import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, uptime } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { withFolderLock } from '../../../adapters/process/folder-lock.ts';

async function lockPath(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-lock-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'inner', 'a.lock');
}

/** A lock as another process leaves it behind. */
async function leaveLock(path: string, owner: object): Promise<void> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'owner.json'), JSON.stringify(owner));
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('a lock on a folder', () => {
  it('lets one in at a time, and says once that somebody waits', async (test) => {
    const path = await lockPath(test);
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} in`);
      await wait(300);
      seen.push(`${name} out`);
    };
    let waited = 0;
    const first = withFolderLock(path, work('first'));
    await wait(50);
    await withFolderLock(path, work('second'), () => {
      waited++;
    });
    await first;
    assert.deepEqual(seen, ['first in', 'first out', 'second in', 'second out']);
    assert.equal(waited, 1);
  });

  it('is taken over at once from a process that was killed', async (test) => {
    const path = await lockPath(test);
    await leaveLock(path, { pid: await deadPid(), host: hostname(), token: 'dead' });
    const start = performance.now();
    assert.equal(await withFolderLock(path, () => Promise.resolve('in')), 'in');
    assert.ok(performance.now() - start < 5000, 'a stale lock alone would last half a minute');
  });

  it('of another machine is only taken over when nothing was heard of it for a while', async (test) => {
    const path = await lockPath(test);
    await leaveLock(path, { pid: await deadPid(), host: `${hostname()}-other`, token: 'other' });
    let entered = false;
    const entering = withFolderLock(path, () => Promise.resolve((entered = true)));
    await wait(600);
    assert.equal(entered, false);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(path, longAgo, longAgo);
    await entering;
    assert.equal(entered, true);
  });

  it('is never taken from a living process of this machine, however long it is busy', async (test) => {
    const path = await lockPath(test);
    await leaveLock(path, { pid: process.pid, host: hostname(), token: 'busy' });
    const tenMinutesAgo = new Date(Date.now() - 600_000);
    if (uptime() < 700) {
      test.skip('this machine started less than twelve minutes ago');
      return;
    }
    await utimes(path, tenMinutesAgo, tenMinutesAgo);
    let entered = false;
    const entering = withFolderLock(path, () => Promise.resolve((entered = true)));
    await wait(600);
    assert.equal(entered, false);
    await rm(path, { recursive: true });
    await entering;
  });

  it('is not removed by a process that lost it', async (test) => {
    const path = await lockPath(test);
    await withFolderLock(path, () => leaveLock(path, { pid: process.pid, host: hostname(), token: 'another' }));
    assert.match(await readFile(join(path, 'owner.json'), 'utf8'), /another/);
  });

  it('is released when the work fails', async (test) => {
    const path = await lockPath(test);
    await assert.rejects(
      withFolderLock(path, () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.equal(await withFolderLock(path, () => Promise.resolve(1)), 1);
  });
});
