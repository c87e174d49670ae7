// A folder that is there whole or not at all: written beside its place, and moved there at the end.

import { mkdir, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';

/** Replaces what lies at `folder` once `write` has filled the folder that it is given; what was there is removed last. */
export async function writeWholeFolder(folder: string, write: (work: string) => Promise<void>): Promise<void> {
  const place = resolve(folder);
  const [work, old] = [`${place}.part-${process.pid}`, `${place}.old-${process.pid}`];
  try {
    await mkdir(work, { recursive: true });
    await write(work);
    await mkdir(place, { recursive: true });
    await rename(place, old);
    try {
      await rename(work, place);
    } catch (error) {
      await rename(old, place);
      throw error;
    }
    await rm(old, { recursive: true });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
