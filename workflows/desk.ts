// A campaign's desk: what it knows of itself, the query it answers, and how it runs a stage.

import {
  defineQuery,
  executeChild,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { ChunkedJob, ChunkedSummary, StageMark, TrainInput, TrainSummary } from '../contracts/activities.ts';
import type { StageOutcome } from '../contracts/artifacts.ts';
import type { CampaignConfig, CampaignContext } from '../contracts/campaign.ts';
import { Query } from '../contracts/messages.ts';
import { SearchAttribute } from '../contracts/search-attributes.ts';
import type { CampaignProgress } from '../contracts/status.ts';
import { addTokens, noTokens } from '../core/plan/budget.ts';
import { progressDetails } from '../core/plan/details.ts';
import { openControls, type ControlState } from './controls.ts';
import { fanOut, setPausedSignal } from './fan-out.ts';
import { training } from './training.ts';

export const progressQuery = defineQuery<CampaignProgress>(Query.Progress);

/** What one run of the campaign hands to the next. */
export interface DeskState {
  readonly progress: CampaignProgress;
  readonly controls: ControlState;
}

export interface Desk {
  readonly context: CampaignContext;
  progress(): CampaignProgress;
  state(): DeskState;
  stopping(): boolean;
  note(change: Partial<CampaignProgress>): void;
  /** Stages finished since the last call, for the round's record. */
  takeMarks(): readonly StageMark[];
  /** Runs one activity as a stage, once no pause and no spent budget hold it back. */
  stage<Summary>(name: string, rows: number, run: () => Promise<StageOutcome<Summary>>): Promise<StageOutcome<Summary>>;
  /** Runs a chunked stage as a fan-out child. */
  chunked(name: string, rows: number, job: ChunkedJob): Promise<StageOutcome<ChunkedSummary>>;
  train(input: TrainInput): Promise<StageOutcome<TrainSummary>>;
}

export function openDesk(config: CampaignConfig, context: CampaignContext, carried: DeskState | null): Desk {
  let progress = carried?.progress ?? firstProgress(config, context);
  let child: ChildWorkflowHandle<typeof fanOut> | null = null;
  let marks: StageMark[] = [];

  const note = (change: Partial<CampaignProgress>) => {
    progress = { ...progress, ...change };
    setCurrentDetails(progressDetails(progress));
  };
  setHandler(progressQuery, () => progress);
  const controls = openControls(carried?.controls ?? { paused: null, budget: config.budget.tokens, stopping: false }, {
    onHold: async (reason) => {
      note({ waiting: reason });
      await child?.signal(setPausedSignal, reason !== null);
    },
  });

  const begin = async (name: string, rows: number, fanOutId: string | null) => {
    await controls.clearance(() => progress.tokens);
    note({ progress: { stage: name, done: 0, total: rows, startedAt: Date.now(), fanOut: fanOutId } });
    upsertSearchAttributes([{ key: stageKey, value: name }]);
  };
  const finish = <Summary>(outcome: StageOutcome<Summary>): StageOutcome<Summary> => {
    const seconds = outcome.reused ? 0 : (Date.now() - progress.progress.startedAt) / 1000;
    marks.push({ key: outcome.key, seconds, reused: outcome.reused });
    return outcome;
  };

  return {
    context,
    progress: () => progress,
    state: () => ({ progress, controls: controls.state() }),
    stopping: () => controls.state().stopping,
    note,
    takeMarks() {
      const taken = marks;
      marks = [];
      return taken;
    },
    async stage(name, rows, run) {
      await begin(name, rows, null);
      return finish(await run());
    },
    async chunked(name, rows, job) {
      const workflowId = `${workflowInfo().workflowId}/${name}-r${progress.round}`;
      await begin(name, rows, workflowId);
      child = await startChild(fanOut, {
        workflowId,
        args: [{ job, paused: false }],
        staticSummary: `${name}, ${rows} rows`,
      });
      const outcome = finish(await child.result());
      child = null;
      note({ tokens: addTokens(progress.tokens, outcome.summary.tokens) });
      upsertSearchAttributes([
        { key: tokensKey, value: progress.tokens.promptTokens + progress.tokens.completionTokens },
      ]);
      return outcome;
    },
    async train(input) {
      await begin('train', input.pool.rows, null);
      const workflowId = `${workflowInfo().workflowId}/train`;
      const staticSummary = `${input.trainer.model} on ${input.pool.rows} samples`;
      return finish(await executeChild(training, { workflowId, args: [input], staticSummary }));
    },
  };
}

const stageKey = defineSearchAttributeKey(SearchAttribute.Stage, SearchAttributeType.KEYWORD);
const tokensKey = defineSearchAttributeKey(SearchAttribute.Tokens, SearchAttributeType.INT);

function firstProgress(config: CampaignConfig, context: CampaignContext): CampaignProgress {
  return {
    context,
    round: 0,
    rounds: config.rounds,
    progress: { stage: 'start', done: 0, total: 0, startedAt: Date.now(), fanOut: null },
    waiting: null,
    lastRecord: null,
    seedDiversity: null,
    scores: [],
    tokens: noTokens,
    pool: null,
    checkpoint: null,
    report: null,
    outcome: null,
  };
}
