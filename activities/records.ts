// The chain of round records, and the report that is read off it.

import { asideStages } from '../contracts/activities.ts';
import type { DataActivities, RecordInput } from '../contracts/activities.ts';
import type { StageResult } from '../contracts/artifacts.ts';
import type { FunnelRow, RoundRecord, RoundSummary, StageTiming, Steering } from '../contracts/status.ts';
import { PermanentError } from '../contracts/failures.ts';
import { fullStatus } from '../core/plan/full-status.ts';
import { renderReport } from '../core/report/render.ts';
import { readClusters } from './diversity.ts';
import type { OpenStore, Store } from './ports/store.ts';
import { readDocument, writeDocument } from './rows.ts';
import { sumOf } from './stage.ts';

export function createRecordActivities({
  openStore,
}: {
  readonly openStore: OpenStore;
}): Pick<DataActivities, 'recordRound' | 'writeReport'> {
  return {
    async recordRound(input) {
      const store = await openStore(input.context.store);
      const ref = await writeDocument(store, 'record', await recordOf(store, input));
      // The name under which the chain is found without the workflow that carries it.
      await store.writeRef(input.context.campaign, 'record', ref);
      return ref;
    },

    async writeReport({ config, progress }) {
      const store = await openStore(progress.context.store);
      const status = await fullStatus(progress, (ref) => readDocument<RoundRecord>(store, ref));
      const { html, json } = renderReport({ config, status });
      const encode = (text: string) => new TextEncoder().encode(text);
      const parts = [
        await store.writePart(encode(html), { path: 'report.html', mediaType: 'text/html', rows: 0 }),
        await store.writePart(encode(json), { path: 'report.json', mediaType: 'application/json', rows: 0 }),
      ];
      return store.writeManifest({ kind: 'report', parts, metadata: {} });
    },
  };
}

async function recordOf(store: Store, input: RecordInput): Promise<RoundRecord> {
  const { round, stages, diversity, clusters, config, previous } = input;
  const funnel: FunnelRow[] = [];
  const timings: StageTiming[] = [];
  for (const { name, key, seconds, reused } of stages) {
    const result = await finishedStage(store, key);
    timings.push({ stage: result.stage, round, seconds, reused, rows: result.output.rows });
    if (asideStages.includes(name)) continue;
    for (const [generator, counts] of Object.entries(result.counts)) {
      // A generator of which nothing came to this gate has nothing to tell there.
      if (counts.kept + sumOf(counts.rejected) > 0) funnel.push({ stage: result.stage, generator, ...counts });
    }
  }
  const clusterSizes = clusters === null ? [] : (await readClusters(store, clusters)).sizes;
  const summary: RoundSummary | null =
    diversity === null
      ? null
      : {
          round,
          ...diversity,
          clusterSizes,
          steering: await readDocument<Steering>(store, diversity.steering),
          funnel,
        };
  const keys = stages.map(({ key }) => key);
  return { round, summary, funnel, timings, stages: keys, ...(config === undefined ? {} : { config }), previous };
}

async function finishedStage(store: Store, key: string): Promise<StageResult<unknown>> {
  const result = await store.readStage(key);
  if (result !== null) return result;
  throw new PermanentError(
    'MissingArtifact',
    `Round record: stage key ${key} is not in the store; was the store emptied while the campaign ran?`,
  );
}
