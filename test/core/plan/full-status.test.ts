// Walking the chain of records.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ArtifactRef } from '../../../contracts/artifacts.ts';
import type { CampaignProgress, RoundRecord } from '../../../contracts/status.ts';
import { fullStatus } from '../../../core/plan/full-status.ts';
import { inventedConfig, inventedStatus } from '../report/invented-campaign.ts';

const ref = (manifest: string): ArtifactRef => ({ kind: 'record', manifest, rows: 1, bytes: 1 });
const timing = (round: number) => ({ stage: 'sketch', round, seconds: 1, reused: false, rows: 3 });
const records: Record<string, RoundRecord> = {
  a: {
    ...{ round: 0, summary: null, funnel: inventedStatus.seedFunnel, timings: [timing(0)], previous: null },
    config: inventedConfig,
  },
  b: { round: 1, summary: inventedStatus.history[0]!, funnel: [], timings: [timing(1)], previous: ref('a') },
  c: { round: 2, summary: inventedStatus.history[1]!, funnel: [], timings: [timing(2)], previous: ref('b') },
  d: { round: 3, summary: null, funnel: [], timings: [timing(3)], previous: ref('c') },
};

async function statusFrom(last: string | null) {
  const { campaign: _, history, seedFunnel, timings, currency: _currency, ...known } = inventedStatus;
  const context = {
    campaign: 'invented',
    task: 'nli',
    seed: 7,
    store: { kind: 'directory', path: '/data' },
    prompts: {},
  } as const;
  const progress: CampaignProgress = { ...known, context, lastRecord: last === null ? null : ref(last) };
  return fullStatus(progress, ({ manifest }) => Promise.resolve(records[manifest]!));
}

describe('the full status', () => {
  it('lays the rounds out oldest first, with the seeds apart and the student without a round of its own', async () => {
    const { history, seedFunnel, timings, campaign, currency } = await statusFrom('d');
    assert.deepEqual(
      history.map(({ round }) => round),
      [1, 2],
    );
    assert.deepEqual(seedFunnel, inventedStatus.seedFunnel);
    assert.deepEqual(
      timings.map(({ round }) => round),
      [0, 1, 2, 3],
    );
    assert.deepEqual([campaign, currency], ['invented', 'USD']);
  });

  it('is empty before the first record', async () => {
    const { history, seedFunnel, timings } = await statusFrom(null);
    assert.deepEqual([history, seedFunnel, timings], [[], [], []]);
  });
});
