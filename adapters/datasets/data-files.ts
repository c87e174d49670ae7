// The files that a source names, in the order they are read: one file, or those of one split of a data set folder.

import type { DataFile, DataPlace } from './data-file.ts';
import { splitFiles } from './dataset-folder.ts';
import { requireFile } from './require-file.ts';

/** @throws {PermanentError} `InvalidData` when there is no such file, folder, configuration or split */
export async function dataFilesOf(place: DataPlace): Promise<readonly DataFile[]> {
  const { path, format } = place;
  if (format === 'hf-dataset') return splitFiles(place);
  await requireFile(path);
  return [{ path, format }];
}
