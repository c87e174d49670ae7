// A campaign's artifacts without the campaign: two rounds of samples, rejects and records in a real store, as stages leave them.

import { createHash } from 'node:crypto';
import type { Store } from '../../../activities/ports/store.ts';
import type { ArtifactRef, StageCounts, TableRef } from '../../../contracts/artifacts.ts';
import type { CampaignConfig } from '../../../contracts/campaign.ts';
import type { Draft, Lineage, Reject, Sample } from '../../../contracts/samples.ts';
import { writeDocument } from '../../../activities/rows.ts';
import type { Diversity, RoundRecord } from '../../../contracts/status.ts';
import { greedily } from '../../helpers/tiny-campaign.ts';
import { inventedConfig, inventedStatus } from '../../core/report/invented-campaign.ts';

export const requestHash = 'ab'.repeat(32);

const seedLineage: Lineage = { origin: 'import', source: 'seeds.jsonl', generator: 'seeds', round: 0, fewShots: [] };
const writtenLineage: Lineage = {
  origin: 'llm',
  source: 'tiny',
  generator: 'writer',
  round: 1,
  fewShots: ['seeds/seeds.jsonl:1', 'seeds/seeds.jsonl:0'],
  template: 'math-generation 1',
  model: 'tiny',
  sampling: { temperature: 1, topP: 0.95, maxTokens: 64 },
  requestHash,
  cluster: 3,
};

const math = { task: 'math', group: 'level 1' } as const;
export const seeds: readonly Sample[] = [0, 1, 2].map((row) => ({
  ...math,
  id: `seeds/seeds.jsonl:${row}`,
  prompt: `What is ${row} + 1?\n"quoted" | piped`,
  completion: `It is so.\n#### ${row + 1}`,
  answer: String(row + 1),
  lineage: seedLineage,
}));

export const accepted: readonly Sample[] = [
  {
    ...math,
    id: 'r1/writer/0',
    prompt: 'Was ist 2 · 3?\u2028Ü',
    completion: '#### 6',
    answer: '6',
    lineage: writtenLineage,
  },
  {
    ...math,
    id: 'r1/rules/sums:4',
    group: 'sums',
    prompt: 'Add 4 and 5.',
    completion: '#### 9',
    answer: '9',
    lineage: { origin: 'symbolic', source: 'sums', generator: 'rules', round: 1, fewShots: [] },
  },
];

export const later: Sample = {
  ...math,
  id: 'r2/writer/7',
  prompt: 'What is 7 + 7?',
  completion: '#### 14',
  answer: '14',
  lineage: { ...writtenLineage, round: 2, fewShots: ['r1/writer/0', 'gone'] },
};

const turnedAway: Sample = { ...accepted[0]!, id: 'r1/writer/1', prompt: 'What is 0 + 1?' };
export const rejects: readonly Reject[] = [
  {
    id: 'r1/writer/2.1',
    generator: 'writer',
    stage: 'parse',
    reason: 'no-fields',
    detail: 'neither\n# question nor <b>answer</b>',
    item: JSON.stringify('some | text with `ticks`\nand lines'),
  },
  {
    id: turnedAway.id,
    generator: 'writer',
    stage: 'deduplicate',
    reason: 'duplicate',
    detail: 'same text as seeds/seeds.jsonl:0',
    item: JSON.stringify(turnedAway),
  },
];

const draft: Draft = { id: 'r1/writer/2', content: 'some text', form: 'text', lineage: writtenLineage };

export const campaignName = 'made';

export const config: CampaignConfig = {
  ...inventedConfig,
  name: campaignName,
  task: 'math',
  seeds: [{ kind: 'file', path: '/data/seeds.jsonl', format: 'jsonl', map: {}, where: {}, skip: 0 }],
  benchmarks: [{ name: 'gsm8k-test', distribution: 'in', sources: [], answering: greedily }],
  decontamination: { profile: 'prismatic', ngram: 10, overlap: 0.6, commonShare: 0.01, semantic: null },
};

/** @returns the pools after the seeds, the first and the second round */
export async function makeCampaign(store: Store): Promise<TableRef<'samples'>[]> {
  const write = createStageWriter(store);
  const first = await table(store, 'samples', seeds);
  const imported = await write('import', first, [], { seeds: { in: 3, kept: 3, rejected: {} } });
  const funnel = [{ stage: 'import', generator: 'seeds', in: 3, kept: 3, rejected: {} }];
  const base = { timings: [], funnel: [] };
  const start = { ...base, round: 0, summary: null, funnel, stages: [imported], config, previous: null };
  let previous = await record(store, start);

  const measured = (gVendi: number, n: number): Diversity => ({
    gVendi,
    n,
    d: 64,
    interval: [gVendi - 0.5, gVendi + 0.5],
  });
  const summary = {
    ...inventedStatus.history[0]!,
    round: 1,
    pool: measured(2.5, 3),
    accepted: measured(2, 2),
    random: { ...measured(1.5, 2), interval: null },
    poolAfter: measured(4.25, 5),
    poolAfterRandom: measured(3.75, 5),
    funnel: [
      { stage: 'parse', generator: 'writer', in: 3, kept: 2, rejected: { 'no-fields': 1 } },
      { stage: 'deduplicate', generator: 'writer', in: 2, kept: 1, rejected: { duplicate: 1 } },
      { stage: 'deduplicate', generator: 'rules', in: 1, kept: 1, rejected: {} },
    ],
  };
  const second = await table(store, 'samples', [...seeds, ...accepted]);
  const stages = [
    await write('generate', await table(store, 'drafts', [draft]), [], {}),
    await write('parse', first, rejects.slice(0, 1), { writer: { in: 3, kept: 2, rejected: { 'no-fields': 1 } } }),
    await write('deduplicate', first, rejects.slice(1), {
      writer: { in: 2, kept: 1, rejected: { duplicate: 1 } },
      rules: { in: 1, kept: 1, rejected: {} },
    }),
    await write('merge', second, [], {}),
  ];
  previous = await record(store, { ...base, round: 1, summary, stages, previous });

  const third = await table(store, 'samples', [...seeds, ...accepted, later]);
  const merged = await write('merge', third, [], {});
  // Samples, but not of the pool.
  const audited = await write('audit', first, [], {});
  await record(store, {
    ...base,
    round: 2,
    summary: { ...summary, round: 2, funnel: [] },
    stages: [merged, audited],
    previous,
  });
  return [first, second, third];
}

async function record(store: Store, content: RoundRecord): Promise<ArtifactRef> {
  const ref = await writeDocument(store, 'record', content);
  await store.writeRef(campaignName, 'record', ref);
  return ref;
}

function createStageWriter(store: Store) {
  let written = 0;
  return async (
    stage: string,
    output: TableRef<'samples'> | TableRef<'drafts'>,
    turned: readonly Reject[],
    counts: Record<string, StageCounts>,
  ) => {
    const key = createHash('sha256').update(`${stage}${written++}`).digest('hex');
    const rejectTable = turned.length === 0 ? null : await table(store, 'rejects', turned);
    await store.writeStage({ stage, key, output, rejects: rejectTable, counts, summary: null });
    return key;
  };
}

/** In parts of two rows, so that a reader has to put parts together. */
async function table<Kind extends 'samples' | 'drafts' | 'rejects'>(
  store: Store,
  kind: Kind,
  rows: readonly (Kind extends 'samples' ? Sample : Kind extends 'drafts' ? Draft : Reject)[],
): Promise<TableRef<Kind>> {
  const parts = [];
  for (let start = 0; start < rows.length; start += 2)
    parts.push(await store.writeTablePart(kind, `${kind}-${start}.parquet`, rows.slice(start, start + 2) as never));
  return store.writeTable(kind, parts);
}
