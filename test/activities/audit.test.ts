// The audit: a seeded part of what verification refused, whatever the parts and the order.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createAuditActivities } from '../../activities/audit.ts';
import { writeRows } from '../../activities/rows.ts';
import type { Reject, Sample } from '../../contracts/samples.ts';
import { makeWorkplace, rowsOf, symbolicSamples } from './workplace.ts';

const refused = symbolicSamples(30, ['negation'], 'writer');

const rejectOf = (sample: Sample): Reject => ({
  id: sample.id,
  generator: 'writer',
  stage: 'verify',
  reason: 'answer-disagrees',
  detail: '',
  item: JSON.stringify(sample),
});

async function audit(test: TestContext, rejects: readonly Reject[], count: number) {
  const { store, openStore, context } = await makeWorkplace(test);
  const { drawAudit } = createAuditActivities({ openStore });
  const table = rejects.length === 0 ? null : await writeRows(store, 'rejects', rejects);
  const { output, summary } = await drawAudit({ context, round: 1, rejects: table, count });
  return { drawn: await rowsOf(store, 'samples', output), refused: summary.refused };
}

describe('the audit', () => {
  it('draws as many as it may, the same ones from any order of the rejects', async (test) => {
    const one = await audit(test, refused.map(rejectOf), 8);
    const other = await audit(test, refused.toReversed().map(rejectOf), 8);
    assert.equal(one.drawn.length, 8);
    assert.equal(one.refused, 30);
    assert.deepEqual(one, other);
  });

  it('leaves out what has no completion and so no gradient', async (test) => {
    const empty = refused.slice(0, 10).map((sample) => rejectOf({ ...sample, completion: '' }));
    const { drawn, refused: counted } = await audit(test, [...empty, ...refused.slice(10).map(rejectOf)], 100);
    assert.equal(counted, 20);
    assert.deepEqual(new Set(drawn.map(({ id }) => id)), new Set(refused.slice(10).map(({ id }) => id)));
  });

  it('is empty where nothing was refused or none is wanted', async (test) => {
    assert.deepEqual(await audit(test, [], 8), { drawn: [], refused: 0 });
    assert.deepEqual(await audit(test, refused.map(rejectOf), 0), { drawn: [], refused: 0 });
  });
});
