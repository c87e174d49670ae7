// Rows that belong to the rows of another table and lie in the same order, such as attempts beside their candidates: both
// tables are walked together, so neither is ever whole in memory.

import type { TableKind, TableRef, TableRows } from '../contracts/artifacts.ts';
import { PermanentError } from '../contracts/failures.ts';
import type { Store } from './ports/store.ts';

type KindWithIds = { [Kind in TableKind]: TableRows[Kind] extends { readonly id: string } ? Kind : never }[TableKind];

export interface RowCursor<Row> {
  /** The next row if it has this id; null, without a step, when the next row belongs to somebody else. */
  take(id: string): Promise<Row | null>;
  /** @throws {PermanentError} `InvalidData` when a row is left that nobody took */
  finish(): Promise<void>;
}

export function openRowCursor<Kind extends KindWithIds>(store: Store, ref: TableRef<Kind>): RowCursor<TableRows[Kind]> {
  const parts = store.readTable(ref)[Symbol.asyncIterator]();
  let part: readonly TableRows[Kind][] = [];
  let place = 0;
  const next = async (): Promise<TableRows[Kind] | null> => {
    while (place === part.length) {
      const read = await parts.next();
      if (read.done === true) return null;
      part = read.value;
      place = 0;
    }
    return part[place] ?? null;
  };
  return {
    async take(id) {
      const row = await next();
      if (row?.id !== id) return null;
      place += 1;
      return row;
    },
    async finish() {
      const left = await next();
      if (left === null) return;
      throw new PermanentError(
        'InvalidData',
        `Table ${ref.kind} (manifest ${ref.manifest}): row ${left.id} belongs to no sample of the table beside it, or the two ` +
          'are in different orders; both must come from one round.',
      );
    },
  };
}
