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

/** Opens the sketches that are there already, as the only process that adds to them, and closes them after `use`. */
export async function withSketchFile<Result>(
  { folder, dataFile, origin, onWait }: SketchCachePlace,
  use: (file: SketchFile) => Promise<Result>,
): Promise<Result> {
  const hash = createHash('sha256')
    .update(JSON.stringify([dataFile, origin]))
    .digest('hex');
  const place = join(folder, `${basename(dataFile).replace(/[^\w.-]+/g, '_')}-${hash.slice(0, 12)}`);
  const work = async (): Promise<Result> => {
    const file = await openSketchFile(join(place, 'sketches.bin'), origin);
    return use(file).finally(() => file.close());
  };
  return withFolderLock(`${place}.lock`, work, onWait);
}
