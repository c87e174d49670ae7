// Tables: the Parquet columns of every kind of row, and the parts that carry them.

import type { Store } from '../../activities/ports/store.ts';
import type { ManifestPart, TableKind, TableRef, TableRows } from '../../contracts/artifacts.ts';
import { PermanentError } from '../../contracts/failures.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import { decodeParquet, encodeParquet } from './parquet.ts';
import type { ParquetColumn, ParquetType } from './parquet.ts';
import type { PartStore } from './parts.ts';

export const PARQUET_MEDIA_TYPE = 'application/vnd.apache.parquet';

export type TableStore = Pick<Store, 'writeTablePart' | 'writeTable' | 'readTable' | 'readTablePart'>;

export function createTableStore(parts: PartStore): TableStore {
  return {
    async writeTablePart(kind, path, rows, metadata = {}) {
      const bytes = encodeTable(kind, path, rows, metadata);
      return parts.writePart(bytes, { path, mediaType: PARQUET_MEDIA_TYPE, rows: rows.length });
    },

    async writeTable<Kind extends TableKind>(
      kind: Kind,
      tableParts: readonly ManifestPart[],
      metadata: Readonly<Record<string, string>> = {},
    ) {
      return (await parts.writeManifest({ kind, parts: tableParts, metadata })) as TableRef<Kind>;
    },

    async *readTable(ref) {
      const manifest = await parts.readManifest(ref);
      for (const part of manifest.parts) yield decodeRows(ref.kind, part, await parts.readPart(part));
    },

    async readTablePart(kind, part) {
      return decodeRows(kind, part, await parts.readPart(part));
    },
  };
}

/** `json` is text in canonical JSON; `sketch` is little-endian float32, as many bytes a row as the first row has. */
type ColumnType = Exclude<ParquetType, 'fixed-bytes'> | 'json' | 'sketch';

type Columns<Row> = { readonly [Field in keyof Row]-?: ColumnType };

/** Columns in the order of the file. */
const columnsOf: { readonly [Kind in TableKind]: Columns<TableRows[Kind]> } = {
  samples: {
    id: 'text',
    task: 'text',
    prompt: 'text',
    completion: 'text',
    answer: 'text',
    group: 'text',
    lineage: 'json',
  },
  drafts: { id: 'text', content: 'text', form: 'text', lineage: 'json' },
  attempts: { id: 'text', responses: 'json', requestHashes: 'json' },
  pairs: { id: 'text', benchmark: 'text', rowId: 'text', similarity: 'double', text: 'text', benchmarkText: 'text' },
  ledger: {
    requestHash: 'text',
    stage: 'text',
    generator: 'text',
    model: 'text',
    promptTokens: 'int32',
    cachedTokens: 'int32',
    completionTokens: 'int32',
    failedTries: 'int32',
    failedPromptTokens: 'int32',
    failedCompletionTokens: 'int32',
    estimated: 'boolean',
    priceVersion: 'text',
    cost: 'json',
  },
  rejects: { id: 'text', generator: 'text', stage: 'text', reason: 'text', detail: 'text', item: 'text' },
  sketches: { id: 'text', loss: 'double', tokens: 'int32', sketch: 'sketch' },
  predictions: {
    id: 'text',
    group: 'text',
    expected: 'text',
    responses: 'json',
    stated: 'json',
    correct: 'json',
    scores: 'json',
  },
  embeddings: { id: 'text', embedding: 'sketch' },
  draws: { recipe: 'text', mechanism: 'text', draw: 'int32', rows: 'json' },
  trials: {
    id: 'text',
    recipe: 'text',
    mechanism: 'text',
    draw: 'int32',
    student: 'text',
    distinct: 'int32',
    measures: 'json',
    shares: 'json',
    scores: 'json',
  },
};

type Row = Readonly<Record<string, unknown>>;

/**
 * The bytes of a Parquet file that holds `rows`.
 * @param path - for messages
 */
export function encodeTable<Kind extends TableKind>(
  kind: Kind,
  path: string,
  rows: readonly TableRows[Kind][],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  if (rows.length === 0) {
    throw new PermanentError('InvalidData', `store: ${kind} part ${path} has no rows; expected at least one`);
  }
  const columns = Object.entries<ColumnType>(columnsOf[kind]).map(([name, type]) =>
    encodeColumn(name, type, rows as unknown as readonly Row[], `${kind} part ${path}`),
  );
  const dimension = kind === 'sketches' ? sketchDimension(columns) : {};
  return encodeParquet(columns, { ...metadata, 'diffract.table': kind, ...dimension });
}

function encodeColumn(name: string, type: ColumnType, rows: readonly Row[], table: string): ParquetColumn {
  const values = rows.map((row, index) => {
    const value = row[name];
    if (type === 'json') return canonicalJson(value);
    if (fits(value, type, rows[0]?.[name])) return type === 'sketch' ? bytesOf(value as Float32Array) : value;
    throw new PermanentError(
      'InvalidData',
      `store: ${table}, row ${index}, column "${name}": found ${describe(value)}, expected ${EXPECTED[type]}`,
    );
  });
  return { name, type: PARQUET_TYPES[type], values };
}

const PARQUET_TYPES = {
  text: 'text',
  json: 'text',
  boolean: 'boolean',
  double: 'double',
  int32: 'int32',
  sketch: 'fixed-bytes',
} as const satisfies Record<ColumnType, ParquetType>;

const EXPECTED = {
  text: 'a string',
  json: 'a JSON value',
  boolean: 'a boolean',
  double: 'a finite number',
  int32: 'a whole number below 2^31',
  sketch: 'a Float32Array as long as that of the first row, and not empty',
} as const satisfies Record<ColumnType, string>;

function fits(value: unknown, type: Exclude<ColumnType, 'json'>, first: unknown): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'double':
      return Number.isFinite(value);
    case 'int32':
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
    case 'sketch':
      return value instanceof Float32Array && value.length > 0 && value.length === (first as Float32Array).length;
  }
}

function describe(value: unknown): string {
  if (value instanceof Float32Array) return `a Float32Array of ${value.length}`;
  return typeof value === 'number' ? String(value) : `a value of type ${value === null ? 'null' : typeof value}`;
}

/** Every platform that the model runtime has a build for is little-endian, so memory is already in the file's order. */
const bytesOf = (sketch: Float32Array): Uint8Array =>
  new Uint8Array(sketch.buffer, sketch.byteOffset, sketch.byteLength);

const sketchOf = (bytes: Uint8Array): Float32Array => new Float32Array(bytes.slice().buffer);

function sketchDimension(columns: readonly ParquetColumn[]): Record<string, string> {
  const first = columns.find((column) => column.name === 'sketch')?.values[0] as Uint8Array;
  return { 'sketch.dtype': 'float32', 'sketch.dim': String(first.length / 4), 'sketch.byteOrder': 'little' };
}

async function decodeRows<Kind extends TableKind>(
  kind: Kind,
  part: ManifestPart,
  bytes: Uint8Array,
): Promise<readonly TableRows[Kind][]> {
  const rows = await decodeTable(kind, `part ${part.path} (${part.sha256})`, bytes);
  if (rows.length === part.rows) return rows;
  throw notATable(kind, `part ${part.path} (${part.sha256})`, `${rows.length} rows; expected ${part.rows}`);
}

/**
 * The rows of a Parquet file that `encodeTable` made.
 * @param name - of the file, for messages
 */
export async function decodeTable<Kind extends TableKind>(
  kind: Kind,
  name: string,
  bytes: Uint8Array,
): Promise<readonly TableRows[Kind][]> {
  const rows = await decodeParquet(bytes);
  const columns = Object.entries<ColumnType>(columnsOf[kind]);
  const found = Object.keys(rows[0] ?? {});
  if (columns.some(([column]) => !found.includes(column))) {
    const expected = columns.map(([column]) => column).join(', ');
    throw notATable(kind, name, `rows of ${found.join(', ')}; expected ${expected}`);
  }
  return rows.map((row) => decodeRow(row, columns)) as unknown as readonly TableRows[Kind][];
}

function notATable(kind: TableKind, name: string, found: string): PermanentError {
  return new PermanentError('InvalidData', `store: ${name} is no ${kind} table: found ${found}`);
}

function decodeRow(row: Row, columns: readonly (readonly [string, ColumnType])[]): Row {
  return Object.fromEntries(columns.map(([name, type]) => [name, decodeValue(row[name], type)]));
}

function decodeValue(value: unknown, type: ColumnType): unknown {
  if (type === 'json') return JSON.parse(value as string);
  return type === 'sketch' ? sketchOf(value as Uint8Array) : value;
}
