// Rows of a Parquet file on disk, a slice of rows at a time and only the columns that are asked for.

import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { Compressors, FileMetaData } from 'hyparquet';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { RawRow } from './raw-row.ts';

const compressors: Compressors = { GZIP: (input) => gunzipSync(input), BROTLI: (input) => brotliDecompressSync(input) };

const supported: readonly string[] = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI'];

const rowsAtOnce = 4096;

/**
 * Columns of `wanted` that the file lacks are left out; the caller says so by name.
 * @param wanted - top-level column names
 */
export async function* readParquet(path: string, wanted: readonly string[] | 'all'): AsyncGenerator<RawRow> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
    throw new PermanentError(FailureType.InvalidData, `${path} is no whole Parquet file: ${messageOf(error)}`, {
      cause: error,
    });
  });
  checkCompression(path, metadata);
  const present = columnNames(metadata);
  const columns = present.filter((name) => wanted === 'all' || wanted.includes(name));
  const absent = Object.fromEntries(present.filter((name) => !columns.includes(name)).map((name) => [name, null]));
  const rows = Number(metadata.num_rows);
  for (let rowStart = 0; rowStart < rows; rowStart += rowsAtOnce) {
    const rowEnd = Math.min(rows, rowStart + rowsAtOnce);
    const objects = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors });
    for (const [index, object] of objects.entries()) {
      yield { line: rowStart + index + 1, columns: { ...absent, ...object } };
    }
  }
}

function columnNames({ schema }: FileMetaData): readonly string[] {
  const [root] = schema;
  const names: string[] = [];
  for (let at = 1; names.length < (root?.num_children ?? 0) && at < schema.length; at = endOf(schema, at)) {
    names.push(schema[at]?.name ?? '');
  }
  return names;
}

/** The place after the element at `at` and all that is under it. */
function endOf(schema: FileMetaData['schema'], at: number): number {
  let end = at + 1;
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) end = endOf(schema, end);
  return end;
}

function checkCompression(path: string, metadata: FileMetaData): void {
  const codecs = metadata.row_groups.flatMap((group) =>
    group.columns.map((column) => column.meta_data?.codec ?? 'UNCOMPRESSED'),
  );
  const unknown = codecs.find((codec) => !supported.includes(codec));
  if (unknown === undefined) return;
  throw new PermanentError(
    FailureType.InvalidData,
    `${path} is compressed with ${unknown}; expected one of ${supported.join(', ')}. Write it again with SNAPPY.`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
