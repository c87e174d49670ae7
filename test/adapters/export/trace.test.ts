// Lineage from the artifacts alone: samples back to imports, rejects with their reason, pieces of drafts.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { traceSample } from '../../../adapters/export/trace.ts';
import { createStore } from '../../../adapters/store/artifacts.ts';
import { createDirectoryDriver } from '../../../adapters/store/directory.ts';
import { accepted, campaignName, later, makeCampaign, requestHash, seeds } from './made-campaign.ts';

async function makeStore(test: Pick<TestContext, 'after'>) {
  const folder = await mkdtemp(join(tmpdir(), 'diffract-trace-'));
  test.after(() => rm(folder, { recursive: true }));
  const store = createStore(createDirectoryDriver(folder));
  await makeCampaign(store);
  return store;
}

describe('lineage', () => {
  it('follows few-shots back to imports, nearest first, and names those that are gone', async (test) => {
    const store = await makeStore(test);
    const trace = await traceSample(store, campaignName, later.id);
    assert.equal(trace.outcome, 'in the pool');
    assert.deepEqual(trace.found?.lineage, later.lineage);
    assert.equal(trace.found.sample?.prompt, later.prompt);
    assert.deepEqual(
      trace.ancestors.map(({ id }) => id),
      [accepted[0]!.id, seeds[1]!.id, seeds[0]!.id],
    );
    assert.deepEqual(trace.ancestors[2]?.lineage, seeds[0]!.lineage);
    assert.deepEqual([trace.missing, trace.rejection], [['gone'], null]);
  });

  it('says whether the answer of the model is still there', async (test) => {
    const store = await makeStore(test);
    const request = { role: 'generator', model: 'tiny', hash: requestHash };
    assert.deepEqual((await traceSample(store, campaignName, later.id)).requests, [{ ...request, answerKept: false }]);
    await store.responseLog('tiny').append([{ hash: requestHash, id: 'a', content: { text: 'x' } }]);
    assert.deepEqual((await traceSample(store, campaignName, later.id)).requests, [{ ...request, answerKept: true }]);
    assert.deepEqual((await traceSample(store, campaignName, seeds[0]!.id)).requests, []);
  });

  it('finds a rejected sample, with the gate that turned it away', async (test) => {
    const store = await makeStore(test);
    const trace = await traceSample(store, campaignName, 'r1/writer/1');
    assert.equal(trace.outcome, 'rejected');
    const { round, stage, reason } = trace.rejection!;
    assert.deepEqual([round, stage, reason], [1, 'deduplicate', 'duplicate']);
    assert.deepEqual(trace.found?.lineage, accepted[0]!.lineage);
    assert.equal(trace.ancestors.length, 2);
  });

  it('finds how a piece that could not be read was asked for, by its draft', async (test) => {
    const store = await makeStore(test);
    const trace = await traceSample(store, campaignName, 'r1/writer/2.1');
    assert.equal(trace.rejection?.reason, 'no-fields');
    assert.equal(trace.found?.lineage.template, 'math-generation 1');
    assert.equal(trace.found.sample, undefined);
  });

  it('refuses an id and a campaign that are not there', async (test) => {
    const store = await makeStore(test);
    await assert.rejects(traceSample(store, campaignName, 'r9/x'), {
      type: 'MissingArtifact',
      message: /neither a sample nor a reject with the id "r9\/x"/,
    });
    await assert.rejects(traceSample(store, 'none', 'x'), { type: 'MissingArtifact', message: /campaign named none/ });
  });
});
