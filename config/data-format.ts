// The format of a data set that nobody named: a folder is a data set folder, a file says it by its ending.

import { statSync } from 'node:fs';
import { formatOf } from '../contracts/data-formats.ts';
import type { DataFormat } from '../contracts/data-formats.ts';

/** Null for a file whose ending says nothing. */
export function formatAt(path: string): DataFormat | null {
  return isFolder(path) ? 'hf-dataset' : formatOf(path);
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
