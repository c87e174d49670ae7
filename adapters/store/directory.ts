// A store in a folder: each object is a file that is written beside its place, flushed and renamed into it.

import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { PermanentError, TransientError } from '../../contracts/failures.ts';
import type { StoreDriver } from './driver.ts';

/** @param folder - made when the first object is written, or by `check` */
export function createDirectoryDriver(folder: string): StoreDriver {
  const translated = <Result>(work: () => Promise<Result>) =>
    work().catch((error: unknown) => throwOurs(error, folder));
  return {
    place: `directory ${folder}`,
    check: () => translated(() => checkWritable(folder)),
    read: (key) => translated(() => nullIfAbsent(readFile(join(folder, key)))),
    size: (key) => translated(async () => (await nullIfAbsent(stat(join(folder, key))))?.size ?? null),
    write: (key, bytes) => translated(() => placeFile(join(folder, key), bytes, rename)),
    writeIfAbsent: (key, bytes) => translated(() => createFile(join(folder, key), bytes)),
    list: (prefix) => translated(async () => (await filesUnder(folder, prefix)).sort()),
    remove: (key) => translated(() => rm(join(folder, key), { force: true })),
  };
}

/** Hidden, so that a file which a killed writer left behind is never taken for an object. */
const PART_PREFIX = '.part-';

async function checkWritable(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const probe = join(folder, `${PART_PREFIX}${randomUUID()}`);
  await (await open(probe, 'wx')).close();
  await unlink(probe);
}

async function createFile(path: string, bytes: Uint8Array): Promise<boolean> {
  if ((await nullIfAbsent(stat(path))) !== null) return false;
  try {
    await placeFile(path, bytes, linkInto);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Unlike rename, link fails when the name is taken. */
async function linkInto(part: string, path: string): Promise<void> {
  try {
    await link(part, path);
  } catch (error) {
    // Some file systems (exFAT, some network mounts) have no hard links: there the last of two racing writers wins.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error) ?? '')) throw error;
    await rename(part, path);
    return;
  }
  await unlink(part);
}

async function placeFile(
  path: string,
  bytes: Uint8Array,
  place: (part: string, path: string) => Promise<void>,
): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const part = join(folder, `${PART_PREFIX}${randomUUID()}`);
  try {
    const file = await open(part, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Until the folder is flushed too, the new name may be lost when the power goes. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function filesUnder(folder: string, prefix: string): Promise<string[]> {
  const entries = await nullIfAbsent(readdir(join(folder, prefix), { withFileTypes: true }));
  const visible = (entries ?? []).filter((entry) => !entry.name.startsWith('.'));
  const nested = await Promise.all(
    visible.map(async (entry) => {
      const key = `${prefix}${entry.name}`;
      return entry.isDirectory() ? filesUnder(folder, `${key}/`) : [key];
    }),
  );
  return nested.flat();
}

async function nullIfAbsent<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function throwOurs(error: unknown, folder: string): never {
  const code = codeOf(error);
  if (code === undefined || !(error instanceof Error)) throw error;
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENAMETOOLONG'].includes(code)) {
    throw new PermanentError(
      'StoreRefused',
      `store: directory ${folder} cannot be used: found ${error.message}; expected a folder that this process may write; ` +
        'correct store.path or the rights of the folder',
      { cause: error },
    );
  }
  throw new TransientError(`store: directory ${folder} failed: ${error.message}`, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
