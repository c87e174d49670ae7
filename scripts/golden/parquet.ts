// Writes one Parquet file of every table to test/golden/parquet, and the rows as JSON beside them for other readers to
// compare with: `node --import tsx scripts/golden/parquet.ts`. Then check them with parquet-readers.py and
// parquet-reader-parquetjs.cjs.

import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { PartStore } from '../../adapters/store/parts.ts';
import { createTableStore } from '../../adapters/store/tables.ts';
import type { TableKind } from '../../contracts/artifacts.ts';
import { goldenRows } from '../../test/adapters/store/golden-rows.ts';

const folder = fileURLToPath(new URL('../../test/golden/parquet/', import.meta.url));
await mkdir(folder, { recursive: true });

const toFiles = {
  async writePart(bytes, { path, mediaType, rows }) {
    await writeFile(`${folder}${path}`, bytes);
    return { path, sha256: '', bytes: bytes.length, mediaType, rows };
  },
} as PartStore;

for (const kind of Object.keys(goldenRows) as TableKind[]) {
  const part = await createTableStore(toFiles).writeTablePart(kind, `${kind}.parquet`, goldenRows[kind], {
    note: 'golden',
  });
  console.log(`${part.path} ${part.bytes}`);
}

const withPlainArrays = (_: string, value: unknown) => (value instanceof Float32Array ? [...value] : value);
await writeFile(`${folder}rows.json`, `${JSON.stringify(goldenRows, withPlainArrays, 1)}\n`);
