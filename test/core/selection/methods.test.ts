import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatherRows } from '../../../core/diversity/row-matrix.ts';
import { rowsInMemory } from '../../../core/diversity/row-source.ts';
import { gVendi } from '../../../core/diversity/vendi.ts';
import { selectionMethods, selectRows } from '../../../core/selection/methods.ts';
import { groupedRows, randomUnitRows } from '../diversity/unit-rows.ts';

describe('selection by any method', () => {
  const rows = groupedRows('methods', [300, 60, 30, 20], 16, 0.9);
  const candidates = rowsInMemory(rows);
  const pool = rowsInMemory(groupedRows('methods/pool', [200, 40], 16, 0.9));

  for (const method of selectionMethods) {
    it(`${method}: as many as wanted, none twice, by its key, with and without a pool`, async () => {
      for (const given of [{}, { pool }]) {
        const task = { method, candidates, wanted: 40, key: 'a', ...given };
        const { chosen, reason, scores } = await selectRows(task);
        assert.equal(new Set(chosen).size, 40);
        assert.ok(chosen.every((row) => row >= 0 && row < rows.count));
        assert.ok(reason.length > 0);
        assert.equal(scores?.length ?? null, method === 'spectral' ? 40 : null);
        assert.deepEqual((await selectRows(task)).chosen, chosen);
      }
    });

    it(`${method}: nothing from nothing`, async () => {
      const none = rowsInMemory({ values: new Float32Array(0), count: 0, dimension: 16 });
      assert.deepEqual((await selectRows({ method, candidates: none, pool, wanted: 5, key: 'a' })).chosen, []);
    });
  }

  it('ranks spectral above sparse-clusters above random in G-Vendi', async () => {
    const [spectral, sparse, random] = await Promise.all(
      (['spectral', 'sparse-clusters', 'random'] as const).map(async (method) => {
        const { chosen } = await selectRows({ method, candidates, wanted: 40, key: 'a' });
        return gVendi(gatherRows(rows, chosen)).value;
      }),
    );
    assert.ok(spectral! > sparse! && sparse! > random!, `${spectral}, ${sparse}, ${random}`);
  });

  for (const method of selectionMethods) {
    it(`${method}: refuses a pool or clusters of rows of another length, a multiple too`, async () => {
      const task = { method, candidates, wanted: 5, key: 'a' };
      const message = /rows of 16 values, expected (8|32);/;
      for (const dimension of [8, 32]) {
        const other = randomUnitRows('other', 6, dimension);
        const clusters = { centroids: other.values, sizes: [1, 1, 1, 1, 1, 1] };
        for (const given of [{ pool: rowsInMemory(other) }, { clusters }]) {
          await assert.rejects(selectRows({ ...task, ...given }), { type: 'InvalidData', message });
        }
      }
    });
  }

  it('takes given clusters of the pool in place of finding some', async () => {
    const centroids = Float32Array.from({ length: 32 }, (_, place) => (place === 0 || place === 17 ? 1 : 0));
    // Axis 0 is crowded, axis 1 is not: 60 candidates lie around it.
    const clusters = { centroids, sizes: [1000, 0] };
    const { chosen } = await selectRows({ method: 'sparse-clusters', candidates, wanted: 30, key: 'a', clusters });
    assert.ok(chosen.every((row) => row >= 300 || rows.values[row * 16 + 1]! > rows.values[row * 16]!));
  });
});
