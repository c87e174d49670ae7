// One process at a time fills a model's folder: a lock that is a folder, kept fresh by its owner, taken over when stale.

import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const refreshMs = 5_000;
const staleMs = 30_000;
const pollMs = 200;

/** Runs `work` while holding the lock at `lockPath`; waits as long as another living process holds it. */
export async function withFolderLock<Result>(lockPath: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(dirname(lockPath), { recursive: true });
  while (!(await take(lockPath))) {
    await removeStale(lockPath);
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
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(lockPath: string): Promise<void> {
  const found = await stat(lockPath).catch(() => undefined);
  if (found === undefined || Date.now() - found.mtimeMs < staleMs) return;
  // Renaming first lets only one waiter win the right to remove.
  const aside = `${lockPath}.stale-${process.pid}`;
  const won = await rename(lockPath, aside).then(
    () => true,
    () => false,
  );
  if (won) await rm(aside, { recursive: true, force: true });
}
