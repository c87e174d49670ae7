// Reads data sets in the formats that campaigns name, row by row.

import type { ReadDataset } from '../../activities/ports/datasets.ts';
import type { FileSource } from '../../contracts/campaign.ts';
import { checkColumns, columnReader, topOf } from './columns.ts';
import { readCsv, readTsv } from './delimited-rows.ts';
import { readJson, readJsonLines } from './json-rows.ts';
import { readParquet } from './parquet-rows.ts';
import type { RawRow } from './raw-row.ts';
import { requireFile } from './require-file.ts';

/**
 * Columns are checked on the first row; in formats whose rows can differ, a later row without one reads as ''. Files
 * are streamed, but for JSON that is one array or object.
 */
export const readDataset: ReadDataset = async function* (source: FileSource) {
  const { path, map, where } = source;
  await requireFile(path);
  const fields = Object.entries(map).map(([field, entry]) => ({
    field,
    column: columnReader(path, `the field ${field}`, entry),
  }));
  const filters = Object.entries(where).map(([entry, value]) => ({
    value,
    column: columnReader(path, 'where', entry),
  }));
  const named = [...fields, ...filters].flatMap(({ column }) => column.names);
  let number = 0;
  for await (const row of openRows(source, [...named, ...named.map(topOf)])) {
    if (number === 0) {
      for (const { field, column } of fields) checkColumns(path, `the field ${field}`, column, row);
      for (const { column } of filters) checkColumns(path, 'where', column, row);
    }
    if (filters.every(({ value, column }) => column.read(row) === value)) {
      yield { row: number, fields: Object.fromEntries(fields.map(({ field, column }) => [field, column.read(row)])) };
    }
    number += 1;
  }
};

/** All rows with all their columns, as the file has them. */
export function readRawRows(source: Pick<FileSource, 'path' | 'format'>): AsyncIterable<RawRow> {
  return openRows(source, 'all');
}

function openRows(
  { path, format }: Pick<FileSource, 'path' | 'format'>,
  columns: readonly string[] | 'all',
): AsyncIterable<RawRow> {
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
