// Reads data sets in the formats that campaigns name, row by row.

import type { DatasetRecord, ReadDataset } from '../../activities/ports/datasets.ts';
import type { FileSource } from '../../contracts/campaign.ts';
import { checkColumns, columnReader, topOf } from './columns.ts';
import type { DataFile, DataPlace } from './data-file.ts';
import { dataFilesOf } from './data-files.ts';
import { readCsv, readTsv } from './delimited-rows.ts';
import { readJson, readJsonLines } from './json-rows.ts';
import { readParquet } from './parquet-rows.ts';
import type { RawRow } from './raw-row.ts';

/**
 * Columns are checked on the first row of each file; in formats whose rows can differ, a later row without one reads as
 * ''. Files are streamed, but for JSON that is one array or object. Rows of several files are numbered through.
 */
export const readDataset: ReadDataset = async function* (source: FileSource) {
  let first = 0;
  for (const file of await dataFilesOf(source)) first = yield* readRecords(file, source, first);
};

/** All rows with all their columns, as the files have them. */
export async function* readRawRows(place: DataPlace): AsyncGenerator<RawRow> {
  for (const file of await dataFilesOf(place)) yield* openRows(file, 'all');
}

/** @returns the number of the row after the last one */
async function* readRecords(
  file: DataFile,
  { map, where }: FileSource,
  first: number,
): AsyncGenerator<DatasetRecord, number> {
  const { path } = file;
  const fields = Object.entries(map).map(([field, entry]) => ({
    field,
    column: columnReader(path, `the field ${field}`, entry),
  }));
  const filters = Object.entries(where).map(([entry, value]) => ({
    value,
    column: columnReader(path, 'where', entry),
  }));
  const named = [...fields, ...filters].flatMap(({ column }) => column.names);
  let number = first;
  for await (const row of openRows(file, [...named, ...named.map(topOf)])) {
    if (number === first) {
      for (const { field, column } of fields) checkColumns(path, `the field ${field}`, column, row);
      for (const { column } of filters) checkColumns(path, 'where', column, row);
    }
    if (filters.every(({ value, column }) => column.read(row) === value)) {
      yield { row: number, fields: Object.fromEntries(fields.map(({ field, column }) => [field, column.read(row)])) };
    }
    number += 1;
  }
  return number;
}

function openRows({ path, format }: DataFile, columns: readonly string[] | 'all'): AsyncIterable<RawRow> {
  switch (format) {
    case 'jsonl':
      return readJsonLines(path);
    case 'json':
      return readJson(path);
    case 'csv':
      return readCsv(path);
    case 'tsv':
      return readTsv(path);
    case 'parquet':
      return readParquet(path, columns);
  }
}
