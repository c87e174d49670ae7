// A study: a pool becomes known sample by sample, subsets of it are planned, students are trained on them page by page, and
// the report is written anew after every page. One run of this workflow is the start or one page.

import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  executeChild,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { TableRef } from '../contracts/artifacts.ts';
import type { ChunkedJob } from '../contracts/chunked-jobs.ts';
import { Query } from '../contracts/messages.ts';
import { SearchAttribute } from '../contracts/search-attributes.ts';
import { tasksOfOneTarget } from '../contracts/study.ts';
import type { BenchmarkTables, GradientTarget, StudyInput, StudyPool, StudyProgress } from '../contracts/study.ts';
import type { CampaignContext, SampleSource } from '../contracts/campaign.ts';
import { unlimited } from '../core/plan/budget.ts';
import { fanOut } from './fan-out.ts';
import { data, studies } from './proxies.ts';
import { table } from './tables.ts';

export const studyQuery = defineQuery<StudyProgress>(Query.Study);

/** What one run hands to the next: refs, one a page, and counters. */
export interface CarriedStudy {
  readonly progress: StudyProgress;
  readonly pool: StudyPool;
  readonly benchmarks: BenchmarkTables;
  readonly draws: TableRef<'draws'>;
  readonly pageEnds: readonly number[];
  readonly trials: readonly TableRef<'trials'>[];
}

export async function study(input: StudyInput<CarriedStudy>): Promise<StudyProgress> {
  const { study: config, context, carried } = input;
  let progress = carried?.progress ?? notStarted(context);
  setHandler(studyQuery, () => progress);
  const note = (change: Partial<StudyProgress>): void => {
    progress = { ...progress, ...change };
    const { stage, trialsDone, trials } = progress;
    setCurrentDetails(`${stage}: ${trialsDone} of ${trials} trials`);
    if (change.stage !== undefined) upsertSearchAttributes([{ key: stageKey, value: stage }]);
  };
  const begin = (stage: string): void => note({ stage, child: null });
  /** Runs a chunked stage as a child of its own. */
  const chunked = async (stage: string, job: ChunkedJob, rows: number) => {
    const workflowId = `${workflowInfo().workflowId}/${stage}`;
    note({ stage, child: workflowId });
    const args: Parameters<typeof fanOut> = [{ job, paused: false, allowance: unlimited }];
    return executeChild(fanOut, { workflowId, args, staticSummary: `${stage}, ${rows} rows` });
  };

  if (carried === null) {
    upsertSearchAttributes([{ key: campaignKey, value: context.campaign }]);
    const { pool, benchmarks } = await prepare(input, begin, chunked);
    begin('plan-draws');
    const planned = await studies.planDraws({ context, study: config, pool, benchmarks });
    const { pageEnds } = planned.summary;
    note({ trials: (pageEnds.at(-1) ?? 0) * config.students.length });
    return next({ progress, pool, benchmarks, draws: table('draws', planned), pageEnds, trials: [] });
  }

  const { pool, benchmarks, draws, pageEnds } = carried;
  const page = carried.trials.length;
  const [start, end] = [pageEnds[page - 1] ?? 0, pageEnds[page] ?? 0];
  const job: ChunkedJob = { kind: 'trial', context, study: config, pool, benchmarks, draws, start, end };
  const rows = (end - start) * config.students.length;
  const done = await chunked(page === 0 ? 'screening' : `trials-${page}`, job, rows);
  const trials = [...carried.trials, table('trials', done)];
  note({ trialsDone: progress.trialsDone + rows });
  begin('report');
  const reported = await studies.reportStudy({ context, study: config, trials, planned: progress.trials });
  note({ report: reported.output });
  if (trials.length < pageEnds.length) return next({ ...carried, progress, trials });
  begin('finished');
  await condition(allHandlersFinished);
  return progress;

  async function next(state: CarriedStudy): Promise<never> {
    await condition(allHandlersFinished);
    return continueAsNew<typeof study>({ study: config, context, carried: { ...state, progress } });
  }
}

function notStarted(context: CampaignContext): StudyProgress {
  return { context, stage: 'start', child: null, trialsDone: 0, trials: 0, report: null };
}

type RunChunked = (stage: string, job: ChunkedJob, rows: number) => ReturnType<typeof fanOut>;

/** Imports pool and benchmarks, joins the pool, takes sketches of both targets and embeddings. */
async function prepare(
  { study: config, context }: StudyInput<CarriedStudy>,
  begin: (stage: string) => void,
  chunked: RunChunked,
): Promise<{ pool: StudyPool; benchmarks: BenchmarkTables }> {
  const imported = async (name: string, sources: readonly SampleSource[]): Promise<TableRef<'samples'>> => {
    begin(`import-${name}`);
    const call = data.importSamples.executeWithOptions({ summary: name }, [{ context, name, sources }]);
    return table('samples', await call);
  };
  const sources: TableRef<'samples'>[] = [];
  for (const source of config.pool) sources.push(await imported(source.name, source.sources));
  const benchmarks: Record<string, TableRef<'samples'>> = {};
  for (const { name, sources: own } of config.benchmarks) benchmarks[name] = await imported(name, own);
  begin('join-pool');
  const samples = table('samples', await studies.joinPool({ context, sources }));
  const sketchesOf = async (target: GradientTarget): Promise<TableRef<'sketches'>> => {
    const job: ChunkedJob = { kind: 'sketch', context, samples, sketch: { ...config.sketch, target } };
    return table('sketches', await chunked(`sketch-${target}`, job, samples.rows));
  };
  const completion = await sketchesOf('completion');
  const text = tasksOfOneTarget.includes(config.task) ? completion : await sketchesOf('text');
  const job: ChunkedJob = { kind: 'embed', context, samples, encoder: config.encoder };
  const embeddings = table('embeddings', await chunked('embed', job, samples.rows));
  return { pool: { samples, sketches: { completion, text }, embeddings }, benchmarks };
}

const campaignKey = defineSearchAttributeKey(SearchAttribute.Campaign, SearchAttributeType.KEYWORD);
const stageKey = defineSearchAttributeKey(SearchAttribute.Stage, SearchAttributeType.KEYWORD);
