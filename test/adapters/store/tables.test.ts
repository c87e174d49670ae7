import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';

import { sha256 } from '../../../adapters/store/sha256.ts';
import { createTableStore } from '../../../adapters/store/tables.ts';
import type { PartStore } from '../../../adapters/store/parts.ts';
import type { ManifestPart, TableKind, TableRows } from '../../../contracts/artifacts.ts';
import type { Lineage, Sample } from '../../../contracts/samples.ts';
import { goldenRows } from './golden-rows.ts';

/** Keeps the parts of one test in memory. */
function tablesInMemory() {
  const objects = new Map<string, Uint8Array>();
  const parts = {
    writePart: (bytes, { path, mediaType, rows }) => {
      const part = { path, sha256: sha256(bytes), bytes: bytes.length, mediaType, rows };
      objects.set(part.sha256, bytes);
      return Promise.resolve(part);
    },
    readPart: (part) => Promise.resolve(objects.get(part.sha256)!),
  } as PartStore;
  const bytesOf = (part: ManifestPart) => objects.get(part.sha256)!;
  return { tables: createTableStore(parts), bytesOf };
}

const { tables, bytesOf } = tablesInMemory();

async function roundTrip<Kind extends TableKind>(kind: Kind, rows: readonly TableRows[Kind][]) {
  return tables.readTablePart(kind, await tables.writeTablePart(kind, 'part.parquet', rows));
}

/** Rows that are read have the usual prototype. */
const plain = { noNullPrototype: true } as const;

const lineage: Lineage = { origin: 'llm', source: 'm', generator: 'g', round: 2, fewShots: ['a', 'b'], cluster: 3 };

describe('tables', () => {
  it('give every kind of row back as it was', async () => {
    for (const kind of Object.keys(goldenRows) as TableKind[]) {
      assert.deepEqual(await roundTrip(kind, goldenRows[kind]), goldenRows[kind], kind);
    }
  });

  it('give any samples back, text by text', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const sample: fc.Arbitrary<Sample> = fc.record(
      {
        id: text,
        task: fc.constantFrom('nli', 'math'),
        prompt: fc.oneof(text, fc.constantFrom('', '\uFEFFmark', '\u2028\n\r\0', 'é\u0301', '\u{1F600}')),
        completion: text,
        answer: text,
        group: text,
        lineage: fc.record({ ...lineageFields, source: text }, plain),
      },
      plain,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { minLength: 1, maxLength: 40 }), async (rows) => {
        assert.deepEqual(await roundTrip('samples', rows), rows);
      }),
      { numRuns: 30 },
    );
  });

  it('give any sketches back, bit by bit', async () => {
    const row = (dimension: number) =>
      fc.record(
        {
          id: fc.string(),
          loss: fc.double({ noNaN: true, noDefaultInfinity: true }),
          tokens: fc.nat(100_000),
          sketch: fc.float32Array({ minLength: dimension, maxLength: dimension }),
        },
        plain,
      );
    const rows = fc.integer({ min: 1, max: 30 }).chain((d) => fc.array(row(d), { minLength: 1, maxLength: 20 }));
    await fc.assert(
      fc.asyncProperty(rows, async (sketches) => {
        assert.deepEqual(await roundTrip('sketches', sketches), sketches);
      }),
      { numRuns: 30 },
    );
  });

  it('span row groups, of one page each, without losing the order', async () => {
    const rows = Array.from({ length: 9_000 }, (_, index) => ({
      id: `${index}`,
      content: `draft ${index} `.repeat(10),
      form: 'text' as const,
      lineage,
    }));
    const part = await tables.writeTablePart('drafts', 'part.parquet', rows);
    assert.deepEqual(await tables.readTablePart('drafts', part), rows);
    const groups = parquetMetadata(new Uint8Array(bytesOf(part)).buffer).row_groups;
    assert.equal(groups.length, 3);
    // The writer adds an offset index to every column chunk of more than one page.
    assert.ok(groups.every(({ columns }) => columns.every((column) => column.offset_index_offset === undefined)));
  });

  it('read a sketch that is a view into a larger array', async () => {
    const matrix = Float32Array.from({ length: 12 }, (_, index) => index / 7);
    const rows = [0, 1, 2].map((n) => ({ id: `${n}`, loss: n, tokens: n, sketch: matrix.subarray(4 * n, 4 * n + 4) }));
    const back = await roundTrip('sketches', rows);
    assert.deepEqual(
      back.map((row) => [...row.sketch]),
      rows.map((row) => [...row.sketch]),
    );
  });

  it('have the same bytes for the same rows, today and in the golden files', async () => {
    for (const kind of Object.keys(goldenRows) as TableKind[]) {
      const golden = await readFile(new URL(`../../golden/parquet/${kind}.parquet`, import.meta.url));
      const part = await tables.writeTablePart(kind, 'part.parquet', goldenRows[kind], { note: 'golden' });
      assert.equal(
        part.sha256,
        sha256(golden),
        `${kind}: if this change is wanted, run scripts/golden/parquet.ts again`,
      );
    }
  });

  it('have the same bytes whatever the order of fields and metadata', async () => {
    const [sample] = goldenRows.samples;
    const reordered = Object.fromEntries(Object.entries(sample!).reverse()) as unknown as Sample;
    const one = await tables.writeTablePart('samples', 'a', [sample!], { x: '1', y: '2' });
    const two = await tables.writeTablePart('samples', 'b', [reordered], { y: '2', x: '1' });
    assert.equal(one.sha256, two.sha256);
  });

  it('say in the file what a sketch column holds, beside the metadata given', async () => {
    const part = await tables.writeTablePart('sketches', 'a', goldenRows.sketches, { 'sketch.spec': 'kron-sum' });
    const { version, key_value_metadata: pairs, created_by } = parquetMetadata(new Uint8Array(bytesOf(part)).buffer);
    assert.deepEqual(Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, value])), {
      'diffract.table': 'sketches',
      'sketch.byteOrder': 'little',
      'sketch.dim': '4',
      'sketch.dtype': 'float32',
      'sketch.spec': 'kron-sum',
    });
    assert.deepEqual([version, created_by], [1, 'diffract']);
  });

  it('refuse rows that are none, and say which', async () => {
    const sketch = new Float32Array(4);
    const good = { id: 'a', loss: 1, tokens: 2, sketch };
    await assert.rejects(tables.writeTablePart('sketches', 'p', []), { type: 'InvalidData', message: /no rows/ });
    const bad: readonly (readonly [object, RegExp])[] = [
      [{ ...good, sketch: new Float32Array(5) }, /row 1, column "sketch": found a Float32Array of 5/],
      [{ ...good, loss: NaN }, /row 1, column "loss": found NaN, expected a finite number/],
      [{ ...good, tokens: 1.5 }, /row 1, column "tokens": found 1.5/],
      [{ ...good, id: undefined }, /row 1, column "id": found a value of type undefined, expected a string/],
    ];
    for (const [row, message] of bad) {
      await assert.rejects(tables.writeTablePart('sketches', 'p', [good, row as typeof good]), {
        type: 'InvalidData',
        message,
      });
    }
  });

  it('refuse a part of another table', async () => {
    const part = await tables.writeTablePart('attempts', 'p', goldenRows.attempts);
    await assert.rejects(tables.readTablePart('samples', part), { type: 'InvalidData', message: /no samples table/ });
  });
});

const lineageFields = {
  origin: fc.constantFrom('import' as const, 'symbolic' as const, 'llm' as const),
  generator: fc.string(),
  round: fc.nat(9),
  fewShots: fc.array(fc.string(), { maxLength: 3 }),
};
