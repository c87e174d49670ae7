// Rating sheets on disk: a folder with a CSV file and a page a rater, and the key, which lies elsewhere.

import { rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import { requireFolderOf } from '../datasets/require-folder.ts';
import { writeRowsTo } from '../datasets/write-rows.ts';
import { writeWholeFolder } from '../files/whole-folder.ts';

export interface SheetPlaces {
  readonly folder: string;
  readonly key: string;
}

export interface SheetFiles {
  readonly rater: string;
  /** One an output; the first names the columns. */
  readonly rows: readonly object[];
  /** HTML. */
  readonly page: string;
}

/** @throws {PermanentError} `InvalidConfig` where something lies already: sheets may be filled in, and a key cannot be made again */
export async function requireNewSheets({ folder, key }: SheetPlaces): Promise<void> {
  for (const place of [folder, key]) {
    await requireFolderOf(place);
    if ((await stat(place).catch(() => null)) === null) continue;
    throw new PermanentError(
      FailureType.InvalidConfig,
      `Something lies at ${place} already; expected nothing. Name another place, or remove it.`,
    );
  }
}

/** The key first: sheets without one are of no use. */
export async function writeSheets(
  { folder, key }: SheetPlaces,
  sheets: readonly SheetFiles[],
  keyContent: object,
): Promise<void> {
  const part = `${key}.part-${process.pid}`;
  await writeFile(part, `${JSON.stringify(keyContent, null, 2)}\n`);
  await rename(part, key);
  await writeWholeFolder(folder, async (work) => {
    for (const { rater, rows, page } of sheets) {
      await writeRowsTo(join(work, `${rater}.csv`), eachOf(rows));
      await writeFile(join(work, `${rater}.html`), page);
    }
  });
}

async function* eachOf(rows: readonly object[]): AsyncGenerator<object> {
  yield* rows;
}
