// One file of a data set, and what says which files are read.

import type { FileSource } from '../../contracts/campaign.ts';
import type { FileFormat } from '../../contracts/data-formats.ts';

export interface DataFile {
  readonly path: string;
  readonly format: FileFormat;
}

/** All of a source but its columns and rows. */
export type DataPlace = Pick<FileSource, 'path' | 'format' | 'split' | 'config'>;
