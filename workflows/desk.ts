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
import { addTokens, noTokens, tokensUsed } from '../core/plan/budget.ts';
import { progressDetails } from '../core/plan/details.ts';
import { now } from './clock.ts';
import { openControls, type Controls, type ControlState } from './controls.ts';
import { fanOut, setPausedSignal } from './fan-out.ts';
import { training } from './training.ts';

export const progressQuery = defineQuery<CampaignProgress>(Query.Progress);

/** What one run of the campaign hands to the next. */
export interface DeskState {
  readonly progress: CampaignProgress;
  readonly controls: ControlState;
  /** Stages finished since the last record. */
  readonly marks: readonly StageMark[];
}

export class Desk {
  readonly context: CampaignContext;
  readonly #controls: Controls;
  #progress: CampaignProgress;
  #fanOut: ChildWorkflowHandle<typeof fanOut> | null = null;
  #marks: StageMark[];

  constructor(config: CampaignConfig, context: CampaignContext, carried: DeskState | null) {
    this.context = context;
    this.#progress = carried?.progress ?? firstProgress(config, context);
    this.#marks = [...(carried?.marks ?? [])];
    const first = { paused: null, budget: config.budget.tokens, stopping: false };
    this.#controls = openControls(carried?.controls ?? first, { onHold: (reason) => this.#hold(reason) });
    setHandler(progressQuery, () => this.#progress);
  }

  progress(): CampaignProgress {
    return this.#progress;
  }

  state(): DeskState {
    return { progress: this.#progress, controls: this.#controls.state(), marks: this.#marks };
  }

  stopping(): boolean {
    return this.#controls.state().stopping;
  }

  note(change: Partial<CampaignProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    setCurrentDetails(progressDetails(this.#progress));
  }

  /** Stages finished since the last call, for the round's record. */
  takeMarks(): readonly StageMark[] {
    const taken = this.#marks;
    this.#marks = [];
    return taken;
  }

  /** Runs one activity as a stage, once no pause and no spent budget hold it back. */
  async stage<Summary>(
    name: string,
    rows: number,
    run: () => Promise<StageOutcome<Summary>>,
  ): Promise<StageOutcome<Summary>> {
    await this.#begin(name, rows, null);
    return this.#finish(await run());
  }

  /** Runs a chunked stage as a fan-out child. */
  async chunked(name: string, rows: number, job: ChunkedJob): Promise<StageOutcome<ChunkedSummary>> {
    const workflowId = `${workflowInfo().workflowId}/${name}-r${this.#progress.round}`;
    await this.#begin(name, rows, workflowId);
    const staticSummary = `${name}, ${rows} rows`;
    this.#fanOut = await startChild(fanOut, { workflowId, args: [{ job, paused: false }], staticSummary });
    // A pause that came while the child was starting found nobody to tell.
    if (this.#controls.state().paused !== null) await this.#tellFanOut(true);
    const outcome = this.#finish(await this.#fanOut.result());
    this.#fanOut = null;
    const tokens = addTokens(this.#progress.tokens, outcome.summary.tokens);
    this.note({ tokens });
    upsertSearchAttributes([{ key: tokensKey, value: tokensUsed(tokens) }]);
    return outcome;
  }

  async train(input: TrainInput): Promise<StageOutcome<TrainSummary>> {
    const workflowId = `${workflowInfo().workflowId}/train`;
    await this.#begin('train', input.pool.rows, workflowId);
    const staticSummary = `${input.trainer.model} on ${input.pool.rows} samples`;
    return this.#finish(await executeChild(training, { workflowId, args: [input], staticSummary }));
  }

  async #hold(reason: string | null): Promise<void> {
    this.note({ waiting: reason });
    await this.#tellFanOut(reason !== null);
  }

  /** A fan-out that has just ended has nothing left to pause, and refuses the signal. */
  async #tellFanOut(paused: boolean): Promise<void> {
    await this.#fanOut?.signal(setPausedSignal, paused).catch(() => undefined);
  }

  async #begin(name: string, rows: number, child: string | null): Promise<void> {
    await this.#controls.clearance(() => this.#progress.tokens);
    this.note({ progress: { stage: name, done: 0, total: rows, startedAt: now(), child } });
    upsertSearchAttributes([{ key: stageKey, value: name }]);
  }

  #finish<Summary>(outcome: StageOutcome<Summary>): StageOutcome<Summary> {
    const seconds = outcome.reused ? 0 : (now() - this.#progress.progress.startedAt) / 1000;
    this.#marks.push({ key: outcome.key, seconds, reused: outcome.reused });
    return outcome;
  }
}

const stageKey = defineSearchAttributeKey(SearchAttribute.Stage, SearchAttributeType.KEYWORD);
const tokensKey = defineSearchAttributeKey(SearchAttribute.Tokens, SearchAttributeType.INT);

function firstProgress(config: CampaignConfig, context: CampaignContext): CampaignProgress {
  return {
    context,
    round: 0,
    rounds: config.rounds,
    progress: { stage: 'start', done: 0, total: 0, startedAt: now(), child: null },
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
