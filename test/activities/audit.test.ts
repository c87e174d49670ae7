// The audit: a seeded part of what verification and judge refused, whatever the parts and the order.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createAuditActivities } from '../../activities/audit.ts';
import { writeRows } from '../../activities/rows.ts';
import type { Reject, Sample } from '../../contracts/samples.ts';
import { makeWorkplace, rowsOf, symbolicSamples } from './workplace.ts';

const refused = symbolicSamples(30, ['negation'], 'writer');

const rejectOf = (sample: Sample, stage = 'verify'): Reject => ({
  id: sample.id,
  generator: 'writer',
  stage,
  reason: stage === 'verify' ? 'answer-disagrees' : 'low-score',
  detail: '',
  item: JSON.stringify(sample),
});

/** @param tables - rejects stage by stage */
async function audit(test: TestContext, tables: readonly (readonly Reject[])[], count: number) {
  const { store, openStore, context } = await makeWorkplace(test);
  const { drawAudit } = createAuditActivities({ openStore });
  const rejects = await Promise.all(tables.map((rows) => writeRows(store, 'rejects', rows)));
  const { output, summary } = await drawAudit({ context, round: 1, rejects, count });
  return { drawn: await rowsOf(store, 'samples', output), ...summary };
}

describe('the audit', () => {
  it('draws as many as it may, the same ones from any order of the rejects', async (test) => {
    const one = await audit(test, [refused.map((sample) => rejectOf(sample))], 8);
    const other = await audit(test, [refused.toReversed().map((sample) => rejectOf(sample))], 8);
    assert.equal(one.drawn.length, 8);
    assert.equal(one.refused, 30);
    assert.deepEqual(one, other);
  });

  it('draws from what the judge refused as from what verification did', async (test) => {
    const rejects = refused.map((sample, at) => rejectOf(sample, at < 20 ? 'verify' : 'scores'));
    const one = await audit(test, [rejects], 8);
    const two = await audit(test, [rejects.slice(20), rejects.slice(0, 20)], 8);
    assert.deepEqual(one, two);
    assert.equal(two.refused, 30);
    const both = await audit(test, [rejects.slice(0, 20), rejects.slice(20)], 30);
    assert.equal(both.drawn.length, 30);
  });

  it('counts apart what has no completion and so no gradient', async (test) => {
    const rejects = refused.map((sample, at) => rejectOf(at < 10 ? { ...sample, completion: '' } : sample));
    const { drawn, ...counted } = await audit(test, [rejects], 100);
    assert.deepEqual(counted, { refused: 20, unsketchable: 10 });
    assert.deepEqual(new Set(drawn.map(({ id }) => id)), new Set(refused.slice(10).map(({ id }) => id)));
  });

  it('draws nothing where nothing was refused or none is wanted, and still says how many were refused', async (test) => {
    assert.deepEqual(await audit(test, [], 8), { drawn: [], refused: 0, unsketchable: 0 });
    const rejects = refused.map((sample) => rejectOf(sample));
    assert.deepEqual(await audit(test, [rejects], 0), { drawn: [], refused: 30, unsketchable: 0 });
  });
});
