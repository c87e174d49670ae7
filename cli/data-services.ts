// The user's data files as the commands need them: rows, vectors, sketches. Each part is loaded when it is first used.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadDataset } from '../activities/ports/datasets.ts';
import type { DataPlace } from '../adapters/datasets/data-file.ts';
import type { RawRow } from '../adapters/datasets/raw-row.ts';
import type { VectorFile } from '../adapters/datasets/vector-file.ts';
import type { SketchCachePlace } from '../adapters/sketches/sketch-cache.ts';
import type { SketchFile } from '../adapters/sketches/sketch-file.ts';
import type { KeptResult, KeptSketches, SketchFolder } from '../adapters/sketches/sketch-folder.ts';
import { FailureType, PermanentError } from '../contracts/failures.ts';
import { gradingServices } from './grading-services.ts';
import type { GradingServices } from './grading-services.ts';
import { ratingServices } from './rating-services.ts';
import type { RatingServices } from './rating-services.ts';

export interface DataServices extends GradingServices, RatingServices {
  readonly readDataset: ReadDataset;
  /** All rows with all their columns. */
  readRawRows(place: DataPlace): AsyncIterable<RawRow>;
  /** Rejects when rows cannot be written there. */
  requireWritable(path: string): Promise<void>;
  writeRows(path: string, rows: AsyncIterable<object>): Promise<void>;
  openVectors(path: string): Promise<VectorFile>;
  /** Null when `path` is a file, or a folder that holds data in place of sketches. @throws {PermanentError} `MissingArtifact` when nothing does */
  openSketchFolder(path: string): Promise<SketchFolder | null>;
  /** Rejects when something lies at `path` that may not be replaced. */
  requireSketchFolder(path: string, file: string): Promise<void>;
  writeSketchFolder(path: string, content: KeptSketches, result: KeptResult): Promise<void>;
  /** The sketches that stay in the state folder between commands, once `fill` has added what is missing. */
  openFilledSketches(
    place: Omit<SketchCachePlace, 'folder'>,
    fill: (file: SketchFile) => Promise<void>,
  ): Promise<SketchFile>;
}

export function createDataServices(stateFolder: string): DataServices {
  return {
    ...gradingServices,
    ...ratingServices,
    async *readDataset(source) {
      const { readDataset } = await import('../adapters/datasets/read-dataset.ts');
      yield* readDataset(source);
    },
    async *readRawRows(place) {
      const { readRawRows } = await import('../adapters/datasets/read-dataset.ts');
      yield* readRawRows(place);
    },
    async requireWritable(path) {
      const { requireWritable } = await import('../adapters/datasets/write-rows.ts');
      return requireWritable(path);
    },
    async writeRows(path, rows) {
      const { writeRowsTo } = await import('../adapters/datasets/write-rows.ts');
      return writeRowsTo(path, rows);
    },
    async openVectors(path) {
      const { openVectors } = await import('../adapters/datasets/open-vectors.ts');
      return openVectors(path);
    },
    async openSketchFolder(path) {
      const found = await stat(path).catch(() => null);
      if (found === null) throw nothingAt(path);
      if (!found.isDirectory()) return null;
      const { holdsSketches, openSketchFolder } = await import('../adapters/sketches/sketch-folder.ts');
      return (await holdsSketches(path)) ? openSketchFolder(path) : null;
    },
    async requireSketchFolder(path, file) {
      const { requireSketchFolder } = await import('../adapters/sketches/sketch-folder.ts');
      return requireSketchFolder(path, file);
    },
    async writeSketchFolder(path, content, result) {
      const { writeSketchFolder } = await import('../adapters/sketches/sketch-folder.ts');
      return writeSketchFolder(path, content, result);
    },
    async openFilledSketches(place, fill) {
      const { openFilledSketches } = await import('../adapters/sketches/sketch-cache.ts');
      return openFilledSketches({ ...place, folder: join(stateFolder, 'sketches') }, fill);
    },
  };
}

function nothingAt(path: string): PermanentError {
  return new PermanentError(
    FailureType.MissingArtifact,
    `Nothing lies at ${path}; expected a data file, or a folder that score wrote. Check the path.`,
  );
}
