// The pool grows by whole parts, and a campaign's names move to its newest artifacts.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPoolActivities } from '../../activities/pool.ts';
import { writeRows } from '../../activities/rows.ts';
import type { SketchRow } from '../../contracts/samples.ts';
import { makeWorkplace, rowsOf, symbolicSamples } from './workplace.ts';

const sketchesOf = (ids: readonly { id: string }[]): SketchRow[] =>
  ids.map(({ id }) => ({ id, sketch: Float32Array.of(0.6, 0.8), loss: 1, tokens: 2 }));

describe('the pool', () => {
  it('takes over the parts of old and accepted samples, and the specification of the sketches', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const [old, fresh] = [symbolicSamples(5, ['hypernyms']), symbolicSamples(3, ['negation'], 'rules')];
    const pool = await writeRows(store, 'samples', old);
    const { mergePool } = createPoolActivities({ openStore });
    const { output, summary } = await mergePool({
      context,
      round: 1,
      pool,
      poolSketches: await writeRows(store, 'sketches', sketchesOf(old), { specification: 'kron-sum' }),
      accepted: await writeRows(store, 'samples', fresh),
      acceptedSketches: await writeRows(store, 'sketches', sketchesOf(fresh), { specification: 'kron-sum' }),
    });
    assert.deepEqual(await rowsOf(store, 'samples', output), [...old, ...fresh]);
    assert.deepEqual(await rowsOf(store, 'sketches', summary.sketches), sketchesOf([...old, ...fresh]));
    assert.deepEqual((await store.readManifest(summary.sketches)).metadata, { specification: 'kron-sum' });
    const [first] = (await store.readManifest(pool)).parts;
    assert.equal((await store.readManifest(output)).parts[0]?.sha256, first?.sha256);
  });

  it('is published under the names of its campaign, and a later publication moves them', async (test) => {
    const { store, openStore, context } = await makeWorkplace(test);
    const [one, two] = [
      await writeRows(store, 'samples', []),
      await writeRows(store, 'samples', symbolicSamples(1, ['voice'])),
    ];
    const { publish } = createPoolActivities({ openStore });
    await publish({ context, refs: { pool: one, report: one } });
    await publish({ context, refs: { pool: two } });
    assert.deepEqual(await store.readRef('tests', 'pool'), two);
    assert.deepEqual(await store.readRef('tests', 'report'), one);
    assert.equal(await store.readRef('others', 'pool'), null);
  });
});
