// Parquet bytes from columns and back, in the subset that pyarrow, DuckDB and parquetjs 0.11 all read:
// required flat columns, PLAIN encoding, one page a row group, Snappy or nothing, version 1 in the footer.

import { parquetReadObjects } from 'hyparquet';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';

export type ParquetType = 'text' | 'boolean' | 'double' | 'int32' | 'fixed-bytes';

export interface ParquetColumn {
  readonly name: string;
  readonly type: ParquetType;
  /** Strings, booleans, numbers, or Uint8Arrays of one length; one value a row. */
  readonly values: readonly unknown[];
}

/**
 * The same columns and metadata give the same bytes. Lone surrogates become U+FFFD, since Parquet's text is UTF-8.
 * @param columns - all of one length, which is not 0
 */
export function encodeParquet(
  columns: readonly ParquetColumn[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const bytes = new Uint8Array(
    parquetWriteBuffer({
      schema: [{ name: 'root', num_children: columns.length }, ...columns.map(schemaElement)],
      columnData: columns.map(({ name, type, values }) => ({
        name,
        data: [...values],
        encoding: 'PLAIN',
        codec: type === 'fixed-bytes' ? 'UNCOMPRESSED' : 'SNAPPY',
      })),
      rowGroupSize: ROW_GROUP_ROWS,
      pageSize: ONE_PAGE,
      statistics: false,
      kvMetadata: Object.keys(metadata)
        .sort()
        .map((key) => ({ key, value: metadata[key] ?? '' })),
      createdBy: 'diffract',
    }),
  );
  return withFooterVersion1(bytes);
}

/** Rows as objects by column name; fixed bytes are views into `bytes`. */
export async function decodeParquet(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return parquetReadObjects({
    file: { byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) },
    parsers: { stringFromBytes: (text: Uint8Array) => UTF8.decode(text) },
  });
}

/** The reader's own decoder would drop a U+FEFF at the start of a text. */
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

const ROW_GROUP_ROWS = 4_096;

/** parquetjs reads the header of the first page for every page of a column in a row group, so there is only one. */
const ONE_PAGE = 0;

function schemaElement({ name, type, values }: ParquetColumn): SchemaElement {
  const element = { name, repetition_type: 'REQUIRED' } as const;
  switch (type) {
    case 'text':
      return { ...element, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
    case 'boolean':
      return { ...element, type: 'BOOLEAN' };
    case 'double':
      return { ...element, type: 'DOUBLE' };
    case 'int32':
      return { ...element, type: 'INT32' };
    case 'fixed-bytes':
      return { ...element, type: 'FIXED_LEN_BYTE_ARRAY', type_length: (values[0] as Uint8Array).length };
  }
}

/**
 * The writer marks its files as version 2, which parquetjs refuses; nothing that is written here needs version 2. The footer
 * is a Thrift struct in compact form whose first field is the version: header 0x15 (field 1, i32), then a zigzag number.
 */
function withFooterVersion1(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const footer = bytes.length - 8 - view.getUint32(bytes.length - 8, true);
  if (bytes[footer] !== 0x15 || bytes[footer + 1] !== 0x04) {
    throw new Error('parquet: the footer does not start with version 2; was hyparquet-writer updated?');
  }
  bytes[footer + 1] = 0x02;
  return bytes;
}
