// The chain of round records, and the report that is read off it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRecordActivities } from '../../activities/records.ts';
import { readDocument, writeDocument } from '../../activities/rows.ts';
import { runStage } from '../../activities/stage.ts';
import type { RecordInput } from '../../contracts/activities.ts';
import type { StageCounts } from '../../contracts/artifacts.ts';
import type { CampaignProgress, RoundRecord } from '../../contracts/status.ts';
import { inventedConfig, inventedStatus } from '../core/report/invented-campaign.ts';
import { makeWorkplace, type Workplace } from './workplace.ts';

/** A stage that finished in the store, as its mark. */
async function finish({ store }: Workplace, stage: string, counts: Record<string, StageCounts>) {
  const output = await writeDocument(store, 'measure', { stage, counts });
  const produce = () => Promise.resolve({ output, rejects: null, counts, summary: null });
  const { key, reused } = await runStage(store, { stage, version: 1, inputs: [], config: counts }, produce);
  return { name: stage, key, seconds: 1.5, reused };
}

const { round: _, clusterSizes, steering, funnel, ...diversity } = inventedStatus.history[0]!;

async function makeChain(place: Workplace) {
  const { recordRound, writeReport } = createRecordActivities({ openStore: place.openStore });
  const base: RecordInput = {
    context: place.context,
    round: 0,
    stages: [],
    diversity: null,
    clusters: null,
    previous: null,
  };
  const imported = await finish(place, 'import', { seeds: { in: 5, kept: 4, rejected: { 'unknown-label': 1 } } });
  const seeds = await recordRound({ ...base, stages: [imported], config: inventedConfig });
  const verified = await finish(place, 'verify', {
    rules: { in: 9, kept: 9, rejected: {} },
    writer: { in: 0, kept: 0, rejected: {} },
  });
  // What is sketched beside the way of the candidates has counts of its own, and no place in the funnel.
  const beside = await finish(place, 'sketch-audit', { rules: { in: 4, kept: 4, rejected: {} } });
  const centroids = Buffer.from(new Float32Array(8).buffer).toString('base64');
  const clusters = await writeDocument(place.store, 'clusters', { dimension: 4, centroids, sizes: [3, 1] });
  const measures = { ...diversity, steering: await writeDocument(place.store, 'steering', steering) };
  const round = await recordRound({
    ...base,
    round: 1,
    stages: [verified, beside],
    diversity: measures,
    clusters,
    previous: seeds,
  });
  return { recordRound, writeReport, base, seeds, round };
}

describe('the chain of records', () => {
  it('reads the funnel off the stages themselves, and leaves generators out of which nothing came', async (test) => {
    const place = await makeWorkplace(test);
    const { seeds, round } = await makeChain(place);
    const first = await readDocument<RoundRecord>(place.store, seeds);
    assert.deepEqual(first.funnel, [
      { stage: 'import', generator: 'seeds', in: 5, kept: 4, rejected: { 'unknown-label': 1 } },
    ]);
    assert.deepEqual(first.timings, [{ stage: 'import', round: 0, seconds: 1.5, reused: false, rows: 1 }]);
    assert.deepEqual([first.summary, first.previous], [null, null]);
    assert.equal(first.config?.name, inventedConfig.name);
    const second = await readDocument<RoundRecord>(place.store, round);
    assert.deepEqual(second.funnel, [{ stage: 'verify', generator: 'rules', in: 9, kept: 9, rejected: {} }]);
    assert.deepEqual(second.previous, seeds);
    assert.deepEqual(second.summary?.funnel, second.funnel);
    assert.deepEqual(second.summary.clusterSizes, [3, 1]);
    assert.deepEqual(second.summary.pool, diversity.pool);
    assert.deepEqual(second.summary.steering, steering);
  });

  it('can be found in the store by the name of the campaign, with the keys of its stages', async (test) => {
    const place = await makeWorkplace(test);
    const { round } = await makeChain(place);
    assert.deepEqual(await place.store.readRef(place.context.campaign, 'record'), round);
    const record = await readDocument<RoundRecord>(place.store, round);
    const stages = await Promise.all((record.stages ?? []).map((key) => place.store.readStage(key)));
    assert.deepEqual(
      stages.map((stage) => stage?.stage),
      ['verify', 'sketch-audit'],
    );
  });

  it('refuses a stage that the store does not have', async (test) => {
    const place = await makeWorkplace(test);
    const { recordRound, base } = await makeChain(place);
    await assert.rejects(
      recordRound({ ...base, stages: [{ name: 'verify', key: 'ab'.repeat(32), seconds: 1, reused: false }] }),
      {
        type: 'MissingArtifact',
        message: /stage key (?:ab)+ is not in the store/,
      },
    );
  });

  it('becomes a report as a page and as data, that agree', async (test) => {
    const place = await makeWorkplace(test);
    const { writeReport, round } = await makeChain(place);
    const { campaign, history, seedFunnel, timings, currency: _, ...known } = inventedStatus;
    const progress: CampaignProgress = { ...known, context: place.context, lastRecord: round };
    const report = await writeReport({ config: inventedConfig, progress });
    const { parts } = await place.store.readManifest(report);
    assert.deepEqual(
      parts.map(({ path, mediaType }) => [path, mediaType]),
      [
        ['report.html', 'text/html'],
        ['report.json', 'application/json'],
      ],
    );
    const [html, json] = await Promise.all(
      parts.map(async (part) => new TextDecoder().decode(await place.store.readPart(part))),
    );
    assert.match(html!, /^<!doctype html>/);
    assert.match(html!, /unknown-label/);
    assert.doesNotThrow(() => JSON.parse(json!) as unknown);
  });
});
