// Existing data sets as activities see them.

import type { FileSource } from '../../contracts/campaign.ts';

/** One row of a data set: its number in the file (from 0) and the task's fields as text. */
export interface DatasetRecord {
  readonly row: number;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * The rows of `source` that pass its `where`, in file order, with `map` applied; `skip` and `count` are not applied here.
 * @throws {PermanentError} `InvalidData` naming file, line and column for a missing file, an unreadable row, or a mapped column that is not there
 */
export type ReadDataset = (source: FileSource) => AsyncIterable<DatasetRecord>;

export interface Datasets {
  readonly read: ReadDataset;
  /** Hex sha256 of the file, or over all files of a folder that are read: what a stage key knows of them. */
  fingerprint(source: FileSource): Promise<string>;
}
