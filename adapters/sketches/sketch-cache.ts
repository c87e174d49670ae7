// Where the sketches of data files lie between commands: one folder a data file and way of sketching, under a lock.

import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { withFolderLock } from '../process/folder-lock.ts';
import { openSketchFile } from './sketch-file.ts';
import type { SketchFile, SketchOrigin } from './sketch-file.ts';

export interface SketchCachePlace {
  readonly folder: string;
  /** Absolute path of the data file; only its name and the name's hash are used, so rows may change. */
  readonly dataFile: string;
  readonly origin: SketchOrigin;
  /** Called once when another process sketches the same file. */
  readonly onWait: () => void;
}

/**
 * Opens the sketches that are there already, lets `fill` add what is missing, as the only process that does, and hands over
 * the file, which the caller closes. Reading needs no lock: records are only added.
 */
export async function openFilledSketches(
  { folder, dataFile, origin, onWait }: SketchCachePlace,
  fill: (file: SketchFile) => Promise<void>,
): Promise<SketchFile> {
  const hash = createHash('sha256')
    .update(JSON.stringify([dataFile, origin]))
    .digest('hex');
  const place = join(folder, `${basename(dataFile).replace(/[^\w.-]+/g, '_')}-${hash.slice(0, 12)}`);
  const open = async (): Promise<SketchFile> => {
    const file = await openSketchFile(join(place, 'sketches.bin'), origin);
    try {
      await fill(file);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  };
  return withFolderLock(`${place}.lock`, open, onWait);
}
