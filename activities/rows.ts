// Tables as rows: written in parts of a fixed size, row by row or whole, and read whole or by a range of rows.

import type { ArtifactRef, ManifestPart, TableKind, TableRef, TableRows } from '../contracts/artifacts.ts';
import { itemAt } from '../core/item-at.ts';
import type { Store } from './ports/store.ts';

/** Fixed, because the parts of a table are part of its identity. */
const partRows = 4096;

/** Writes a table row by row: what is in memory is less than two parts. */
export interface RowWriter<Kind extends TableKind> {
  /** Wait for it before the next row: a part that is full is written first. */
  add(row: TableRows[Kind]): Promise<void>;
  finish(): Promise<TableRef<Kind>>;
}

export function openRowWriter<Kind extends TableKind>(
  store: Store,
  kind: Kind,
  metadata: Readonly<Record<string, string>> = {},
): RowWriter<Kind> {
  const parts: ManifestPart[] = [];
  let rows: TableRows[Kind][] = [];
  const writePart = async () => {
    const full = rows;
    rows = [];
    parts.push(await store.writeTablePart(kind, partPath(kind, parts.length), full, metadata));
  };
  return {
    async add(row) {
      rows.push(row);
      if (rows.length === partRows) await writePart();
    },
    async finish() {
      if (rows.length > 0) await writePart();
      return store.writeTable(kind, parts, metadata);
    },
  };
}

export async function writeRows<Kind extends TableKind>(
  store: Store,
  kind: Kind,
  rows: readonly TableRows[Kind][],
  metadata: Readonly<Record<string, string>> = {},
): Promise<TableRef<Kind>> {
  const writer = openRowWriter(store, kind, metadata);
  for (const row of rows) await writer.add(row);
  return writer.finish();
}

export async function readRows<Kind extends TableKind>(store: Store, ref: TableRef<Kind>): Promise<TableRows[Kind][]> {
  const rows: TableRows[Kind][] = [];
  for await (const part of store.readTable(ref)) rows.push(...part);
  return rows;
}

/** Rows `start` to `end` (exclusive) of a table; reads only the parts that hold them. */
export async function readRowRange<Kind extends TableKind>(
  store: Store,
  ref: TableRef<Kind>,
  start: number,
  end: number,
): Promise<TableRows[Kind][]> {
  const { parts } = await store.readManifest(ref);
  const rows: TableRows[Kind][] = [];
  let first = 0;
  for (const part of parts) {
    const last = first + part.rows;
    if (first < end && last > start) {
      const held = await store.readTablePart<Kind>(ref.kind, part);
      rows.push(...held.slice(Math.max(0, start - first), end - first));
    }
    first = last;
  }
  return rows;
}

/** One table of the parts of many, in their order; a part's path is numbered by its place. */
export async function joinTables<Kind extends TableKind>(
  store: Store,
  kind: Kind,
  tables: readonly TableRef<Kind>[],
  metadata: Readonly<Record<string, string>>,
): Promise<TableRef<Kind>> {
  const parts: ManifestPart[] = [];
  for (const table of tables) parts.push(...(await store.readManifest(table)).parts);
  const numbered = parts.map((part, index) => ({ ...part, path: partPath(kind, index) }));
  return store.writeTable(kind, numbered, metadata);
}

function partPath(kind: TableKind, place: number): string {
  return `${kind}-${String(place).padStart(6, '0')}.parquet`;
}

/** One JSON document as an artifact of one part. */
export async function writeDocument(
  store: Store,
  kind: 'clusters' | 'measure' | 'steering' | 'record',
  document: unknown,
): Promise<ArtifactRef> {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  const part = await store.writePart(bytes, { path: `${kind}.json`, mediaType: 'application/json', rows: 1 });
  return store.writeManifest({ kind, parts: [part], metadata: {} });
}

/** The JSON document of an artifact that `writeDocument` wrote. */
export async function readDocument<Document>(store: Store, ref: ArtifactRef): Promise<Document> {
  const { parts } = await store.readManifest(ref);
  return JSON.parse(new TextDecoder().decode(await store.readPart(itemAt(parts, 0)))) as Document;
}
