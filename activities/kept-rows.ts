// Tables that every chunk of a stage needs whole, such as the pool, are read once a process.

import type { TableKind, TableRef, TableRows } from '../contracts/artifacts.ts';
import type { Store } from './ports/store.ts';
import { readRows } from './rows.ts';

/** A pool and the candidates of two generators. */
const KEPT_TABLES = 3;

const kept = new Map<string, Promise<readonly unknown[]>>();

/** The rows of a table, shared: nobody may change them. The last three tables asked for stay in memory. */
export function keptRows<Kind extends TableKind>(
  store: Store,
  ref: TableRef<Kind>,
): Promise<readonly TableRows[Kind][]> {
  // A manifest's hash names its content, whichever store holds it.
  const rows = (kept.get(ref.manifest) ?? readRows(store, ref)) as Promise<readonly TableRows[Kind][]>;
  kept.delete(ref.manifest);
  kept.set(ref.manifest, rows);
  for (const oldest of [...kept.keys()].slice(0, -KEPT_TABLES)) kept.delete(oldest);
  rows.catch(() => kept.delete(ref.manifest));
  return rows;
}
