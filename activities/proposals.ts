// Which rows of a table of candidates a generator proposed: their numbers are known once a process, the rows are read by chunk.

import type { TableRef } from '../contracts/artifacts.ts';
import type { Sample } from '../contracts/samples.ts';
import { itemAt } from '../core/item-at.ts';
import type { Store } from './ports/store.ts';

/** By generator, in the order of the table. */
type Proposals = ReadonlyMap<string, Uint32Array>;

/** One round's candidates, and those of another campaign beside it. */
const tablesKept = 2;

const kept = new Map<string, Promise<Proposals>>();

/** Numbers of the rows that this generator proposed, ascending; four bytes a candidate stay in memory. */
export async function proposalsOf(
  store: Store,
  candidates: TableRef<'samples'>,
  generator: string,
): Promise<Uint32Array> {
  // A manifest's hash names its content, whichever store holds it.
  const { manifest } = candidates;
  const known = kept.get(manifest) ?? countRows(store, candidates);
  kept.delete(manifest);
  kept.set(manifest, known);
  known.catch(() => kept.delete(manifest));
  for (const oldest of [...kept.keys()].slice(0, -tablesKept)) kept.delete(oldest);
  return (await known).get(generator) ?? new Uint32Array();
}

async function countRows(store: Store, candidates: TableRef<'samples'>): Promise<Proposals> {
  const numbers = new Map<string, number[]>();
  let row = 0;
  for await (const part of store.readTable(candidates)) {
    for (const { lineage } of part) {
      const own = numbers.get(lineage.generator) ?? [];
      own.push(row++);
      numbers.set(lineage.generator, own);
    }
  }
  return new Map([...numbers].map(([generator, rows]) => [generator, Uint32Array.from(rows)]));
}

/** Rows by their numbers, which must ascend; reads only the parts that hold them, one at a time. */
export async function readRowsAt(
  store: Store,
  table: TableRef<'samples'>,
  numbers: Uint32Array,
): Promise<readonly Sample[]> {
  const { parts } = await store.readManifest(table);
  const rows: Sample[] = [];
  let first = 0;
  for (const part of parts) {
    const last = first + part.rows;
    const here = numbers.filter((number) => number >= first && number < last);
    if (here.length > 0) {
      const held = await store.readTablePart('samples', part);
      for (const number of here) rows.push(itemAt(held, number - first));
    }
    first = last;
  }
  return rows;
}
