// One process at a time fills a folder: a lock that is a folder itself, kept fresh by its owner, and taken over when the owner
// is known to be dead or has not been heard of for a while.

import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from './alive.ts';

const OWNER = 'owner.json';
const refreshMs = 5_000;
const staleMs = 30_000;
const pollMs = 200;

/**
 * Runs `work` while holding the lock at `lockPath`; waits as long as another living process holds it.
 * @param onWait - called once when there is somebody to wait for
 */
export async function withFolderLock<Result>(
  lockPath: string,
  work: () => Promise<Result>,
  onWait: () => void = () => undefined,
): Promise<Result> {
  await mkdir(dirname(lockPath), { recursive: true });
  for (let tries = 0; !(await take(lockPath)); tries++) {
    if (await removeStale(lockPath)) continue;
    if (tries === 0) onWait();
    await wait(pollMs);
  }
  const refresh = setInterval(() => void utimes(lockPath, new Date(), new Date()).catch(() => undefined), refreshMs);
  refresh.unref();
  try {
    return await work();
  } finally {
    clearInterval(refresh);
    await rm(lockPath, { recursive: true, force: true });
  }
}

async function take(lockPath: string): Promise<boolean> {
  try {
    await mkdir(lockPath);
    await writeFile(join(lockPath, OWNER), JSON.stringify({ pid: process.pid, host: hostname() }));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Whether a lock that nobody holds any more was removed. */
async function removeStale(lockPath: string): Promise<boolean> {
  const found = await stat(lockPath).catch(() => undefined);
  if (found === undefined || (Date.now() - found.mtimeMs < staleMs && !(await ownerIsDead(lockPath)))) return false;
  // Renaming first lets only one waiter win the right to remove.
  const aside = `${lockPath}.stale-${process.pid}`;
  const won = await rename(lockPath, aside).then(
    () => true,
    () => false,
  );
  if (won) await rm(aside, { recursive: true, force: true });
  return won;
}

/** Known only of a process on this machine; a lock without a readable owner has just been taken. */
async function ownerIsDead(lockPath: string): Promise<boolean> {
  const text = await readFile(join(lockPath, OWNER), 'utf8').catch(() => '');
  const owner = /^\{"pid":(\d+),"host":(".*")\}$/.exec(text);
  return owner !== null && JSON.parse(owner[2] ?? '') === hostname() && !isAlive(Number(owner[1]));
}
