// Tables as rows: written in parts of a fixed size, read whole or by a range of rows.

import type { ArtifactRef, ManifestPart, TableKind, TableRef, TableRows } from '../contracts/artifacts.ts';
import { itemAt } from '../core/item-at.ts';
import type { Store } from './ports/store.ts';

/** Fixed, because the parts of a table are part of its identity. */
const partRows = 4096;

export async function writeRows<Kind extends TableKind>(
  store: Store,
  kind: Kind,
  rows: readonly TableRows[Kind][],
  metadata: Readonly<Record<string, string>> = {},
): Promise<TableRef<Kind>> {
  const parts: ManifestPart[] = [];
  for (let start = 0; start < rows.length; start += partRows) {
    const path = `${kind}-${String(parts.length).padStart(6, '0')}.parquet`;
    parts.push(await store.writeTablePart(kind, path, rows.slice(start, start + partRows), metadata));
  }
  return store.writeTable(kind, parts, metadata);
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
  const numbered = parts.map((part, index) => ({ ...part, path: `${kind}-${String(index).padStart(6, '0')}.parquet` }));
  return store.writeTable(kind, numbered, metadata);
}

/** One JSON document as an artifact of one part. */
export async function writeDocument(
  store: Store,
  kind: 'clusters' | 'measure' | 'record',
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
