// One process at a time fills a folder: a lock that is a folder itself, kept fresh by its owner. On this machine it is taken
// over from a dead owner alone; from another machine's owner when nothing was heard of it for a while.

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from './alive.ts';

const OWNER = 'owner.json';
const refreshMs = 5_000;
const staleMs = 30_000;
const pollMs = 200;

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Tells this holding of the lock from every other. */
  readonly token: string;
}

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
  const own: Owner = { pid: process.pid, host: hostname(), token: randomUUID() };
  for (let tries = 0; !(await take(lockPath, own)); tries++) {
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
    if ((await ownerOf(lockPath))?.token === own.token) await rm(lockPath, { recursive: true, force: true });
  }
}

async function take(lockPath: string, own: Owner): Promise<boolean> {
  try {
    await mkdir(lockPath);
    await writeFile(join(lockPath, OWNER), JSON.stringify(own));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Whether a lock that nobody holds any more was removed. */
async function removeStale(lockPath: string): Promise<boolean> {
  const found = await stat(lockPath).catch(() => undefined);
  const owner = await ownerOf(lockPath);
  if (found === undefined || !isStale(owner, found.mtimeMs)) return false;
  // Renaming first lets only one waiter win the right to remove.
  const aside = `${lockPath}.stale-${randomUUID()}`;
  const won = await rename(lockPath, aside).then(
    () => true,
    () => false,
  );
  if (!won) return false;
  // Somebody may have taken the lock since it was looked at: then it is given back.
  const moved = await ownerOf(aside);
  if (moved?.token !== owner?.token) await rename(aside, lockPath).catch(() => undefined);
  else await rm(aside, { recursive: true, force: true });
  return true;
}

/** A timer that is late says nothing of a process on this machine, which may be busy or stopped; that it lives does. */
function isStale(owner: Owner | undefined, refreshedAt: number): boolean {
  const age = Date.now() - refreshedAt;
  // Without an owner it has just been taken, or its process was killed between two steps.
  if (owner?.host !== hostname()) return age > staleMs;
  // Since the machine started anew, the number may belong to another process.
  return !isAlive(owner.pid) || age > 1000 * uptime();
}

async function ownerOf(lockPath: string): Promise<Owner | undefined> {
  const text = await readFile(join(lockPath, OWNER), 'utf8').catch(() => '');
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return undefined;
  }
}
