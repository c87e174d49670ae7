// A campaign: seeds become a measured pool, rounds grow it where it is sparse, a student shows whether that helped.
// One run of this workflow is the start, one round, or the end; between them it continues as new.

import { allHandlersFinished, condition, continueAsNew, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { TableRef } from '../contracts/artifacts.ts';
import type { CampaignInput } from '../contracts/messages.ts';
import { SearchAttribute } from '../contracts/search-attributes.ts';
import type { CampaignProgress } from '../contracts/status.ts';
import { importBenchmarks, type Benchmarks } from './benchmarks.ts';
import { afterRound, goingOn, type StopProgress } from '../core/plan/stop-rules.ts';
import { Desk, StageAbandoned, type DeskState } from './desk.ts';
import { data } from './proxies.ts';
import { startPool, turnRound, type FixedPool, type Pool } from './round.ts';
import { finishStudent, scoreUntrained } from './student.ts';

/** What one run hands to the next: refs and counters, of constant size. */
export interface Carried {
  readonly desk: DeskState;
  readonly pool: Pool | FixedPool;
  readonly benchmarks: Benchmarks;
  readonly stop: StopProgress;
}

export async function campaign({ config, context, carried }: CampaignInput<Carried>): Promise<CampaignProgress> {
  const desk = new Desk(config, context, carried?.desk ?? null);

  if (carried === null) {
    upsertSearchAttributes([{ key: campaignKey, value: context.campaign }]);
    const benchmarks = await importBenchmarks(desk, config);
    const pool = await startPool(desk, config, benchmarks).catch(nullIfAbandoned);
    if (pool === null) return end(null);
    const scored = await scoreUntrained(desk, config, benchmarks).catch(nullIfAbandoned);
    if (scored === null) return end(pool.samples);
    return nextRun({ desk: desk.state(), pool, benchmarks: scored, stop: goingOn });
  }

  const { round, rounds } = desk.progress();
  const { pool, benchmarks } = carried;
  if ('diversity' in pool && round < rounds && !desk.stopping() && carried.stop.ending === null) {
    upsertSearchAttributes([{ key: roundKey, value: round + 1 }]);
    const grown = await turnRound(desk, config, { pool, benchmarks }).catch(nullIfAbandoned);
    // A round that a stop cut short leaves the pool as it was, and says nothing of how it grows.
    if (grown === null) return end(pool.samples);
    upsertSearchAttributes([{ key: gVendiKey, value: grown.diversity.gVendi }]);
    const gain = { round: round + 1, before: pool.diversity.gVendi, after: grown.diversity.gVendi };
    const stop = afterRound(carried.stop, config.stop, gain);
    desk.note({ ending: stop.ending });
    return nextRun({ desk: desk.state(), pool: grown, benchmarks, stop });
  }

  // A stop is a wish to be done: the pool and its report are kept, days of training are not begun.
  if (!desk.stopping()) await finishStudent(desk, config, carried).catch(nullIfAbandoned);
  return end(pool.samples);

  async function end(pool: TableRef<'samples'> | null): Promise<CampaignProgress> {
    await recordRest(desk);
    const outcome = desk.stopping() ? 'stopped' : 'completed';
    desk.note({ outcome });
    upsertSearchAttributes([{ key: outcomeKey, value: outcome }]);
    const report = await data.writeReport({ config, progress: desk.progress() });
    desk.note({ report });
    await data.publish({ context, refs: pool === null ? { report } : { pool, report } });
    await condition(allHandlersFinished);
    return desk.progress();
  }

  async function nextRun(next: Carried): Promise<never> {
    await condition(allHandlersFinished);
    return continueAsNew<typeof campaign>({ config, context, carried: { ...next, desk: desk.state() } });
  }
}

function nullIfAbandoned(error: unknown): null {
  if (error instanceof StageAbandoned) return null;
  throw error;
}

/** What was finished of a round that did not come to its end: its time and its rejects are told as well. */
async function recordRest(desk: Desk): Promise<void> {
  const stages = desk.takeMarks();
  const { context, round, lastRecord: previous } = desk.progress();
  if (stages.length === 0 || previous === null) return;
  const record = { context, round, stages, diversity: null, clusters: null, previous };
  desk.note({ lastRecord: await data.recordRound(record) });
}

const campaignKey = defineSearchAttributeKey(SearchAttribute.Campaign, SearchAttributeType.KEYWORD);
const roundKey = defineSearchAttributeKey(SearchAttribute.Round, SearchAttributeType.INT);
const gVendiKey = defineSearchAttributeKey(SearchAttribute.GVendi, SearchAttributeType.DOUBLE);
const outcomeKey = defineSearchAttributeKey(SearchAttribute.Outcome, SearchAttributeType.KEYWORD);
