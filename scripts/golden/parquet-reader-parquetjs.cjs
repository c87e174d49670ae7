// Reads test/golden/parquet with parquetjs 0.11 and compares every value with rows.json:
// npm install --prefix /tmp/parquetjs parquetjs@0.11.2
// NODE_PATH=/tmp/parquetjs/node_modules node scripts/golden/parquet-reader-parquetjs.cjs test/golden/parquet
const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const parquet = require('parquetjs');

const folder = process.argv[2];
const expectedTables = JSON.parse(readFileSync(join(folder, 'rows.json'), 'utf8'));

const plain = (column, value) => {
  if (column === 'lineage' || column === 'responses') return JSON.parse(value);
  if (column !== 'sketch') return value;
  return Array.from({ length: value.length / 4 }, (_, index) => value.readFloatLE(4 * index));
};

async function rowsOf(path) {
  const reader = await parquet.ParquetReader.openFile(path);
  const cursor = reader.getCursor();
  const rows = [];
  for (let row = await cursor.next(); row; row = await cursor.next()) rows.push(row);
  await reader.close();
  return rows;
}

async function main() {
  for (const [table, expected] of Object.entries(expectedTables)) {
    const rows = await rowsOf(join(folder, `${table}.parquet`));
    const found = rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plain(column, value)])),
    );
    assert.deepEqual(found, expected, table);
    console.log(`parquetjs: ${table}, ${found.length} rows equal`);
  }
}

main();
