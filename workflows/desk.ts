// A campaign's desk: what it knows of itself, the query it answers, and how it runs a stage.

import {
  ApplicationFailure,
  condition,
  defineQuery,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { StageMark, TrainInput, TrainSummary } from '../contracts/activities.ts';
import type { ChunkedJob, ChunkedSummary } from '../contracts/chunked-jobs.ts';
import type { StageOutcome } from '../contracts/artifacts.ts';
import type { CampaignConfig, CampaignContext } from '../contracts/campaign.ts';
import { Query } from '../contracts/messages.ts';
import { SearchAttribute } from '../contracts/search-attributes.ts';
import type { CampaignProgress, TokenUse } from '../contracts/status.ts';
import { addTokens, allowanceOf, hardBudgetReason, noTokens, tokensUsed, unlimited } from '../core/plan/budget.ts';
import type { Allowance } from '../core/plan/budget.ts';
import { progressDetails } from '../core/plan/details.ts';
import { now } from './clock.ts';
import { openControls, type Controls, type ControlState } from './controls.ts';
import { fanOut, setAllowanceSignal, setPausedSignal, stageHeldSignal } from './fan-out.ts';
import { training } from './training.ts';

export const progressQuery = defineQuery<CampaignProgress>(Query.Progress);

/** What one run of the campaign hands to the next. */
export interface DeskState {
  readonly progress: CampaignProgress;
  readonly controls: ControlState;
  /** Stages finished since the last record. */
  readonly marks: readonly StageMark[];
}

/** The operator stopped the campaign in the middle of a stage; what the stage has done and paid for stays in the store. */
export class StageAbandoned extends ApplicationFailure {}

export class Desk {
  readonly context: CampaignContext;
  readonly #controls: Controls;
  #progress: CampaignProgress;
  #fanOut: ChildWorkflowHandle<typeof fanOut> | null = null;
  #marks: StageMark[];
  /** What the running stage had spent when its allowance was gone. */
  #stageHeld: TokenUse | null = null;
  #asksModels = false;

  constructor(config: CampaignConfig, context: CampaignContext, carried: DeskState | null) {
    this.context = context;
    this.#progress = carried?.progress ?? firstProgress(config, context);
    this.#marks = [...(carried?.marks ?? [])];
    const first = { paused: null, budget: config.budget, softPassed: false, stopping: null };
    this.#controls = openControls(carried?.controls ?? first, {
      campaign: context.campaign,
      pricesKnown: config.prices !== null,
      onHold: (reason) => this.#hold(reason),
      onBudget: () => this.#changeBudget(),
    });
    setHandler(progressQuery, () => this.#progress);
    setHandler(stageHeldSignal, (spent) => this.#noteHeld(spent));
  }

  progress(): CampaignProgress {
    return this.#progress;
  }

  state(): DeskState {
    return { progress: this.#progress, controls: this.#controls.state(), marks: this.#marks };
  }

  stopping(): boolean {
    return this.#controls.state().stopping !== null;
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

  /** Runs one activity as a stage, once no pause holds it back. */
  async stage<Summary>(
    name: string,
    rows: number,
    run: () => Promise<StageOutcome<Summary>>,
  ): Promise<StageOutcome<Summary>> {
    await this.#controls.clearance();
    this.#begin(name, rows, null);
    return this.#finish(await run());
  }

  /**
   * Runs a chunked stage as a fan-out child; one that asks language models waits for budget as well.
   * @throws {StageAbandoned} when the campaign is stopped while the stage waits for budget, or at once
   */
  async chunked(name: string, rows: number, job: ChunkedJob): Promise<StageOutcome<ChunkedSummary>> {
    const workflowId = `${workflowInfo().workflowId}/${name}-r${this.#progress.round}`;
    this.#asksModels = asksModels(job);
    if (this.#asksModels) await this.#controls.spendingClearance(() => this.#progress.tokens);
    else await this.#controls.clearance();
    this.#begin(name, rows, workflowId);
    const staticSummary = `${name}, ${rows} rows`;
    const input = { job, paused: this.#controls.state().paused !== null, allowance: this.#allowance() };
    this.#fanOut = await startChild(fanOut, { workflowId, args: [input], staticSummary });
    // A pause or another budget that came while the child was starting found nobody to tell.
    await this.#tellPaused(this.#controls.state().paused !== null);
    await this.#tellAllowance();
    const outcome = this.#finish(await this.#unlessAbandoned(this.#fanOut));
    this.#fanOut = null;
    this.#noteSpent(outcome.summary.tokens);
    return outcome;
  }

  async train(input: TrainInput): Promise<StageOutcome<TrainSummary>> {
    const workflowId = `${workflowInfo().workflowId}/train`;
    await this.#controls.clearance();
    this.#begin('train', input.pool.rows, workflowId);
    const staticSummary = `${input.trainer.model} on ${input.pool.rows} samples`;
    const child = await startChild(training, { workflowId, args: [input], staticSummary });
    return this.#finish(await this.#unlessAbandoned(child));
  }

  async #hold(reason: string | null): Promise<void> {
    this.note({ waiting: reason ?? this.#heldReason() });
    await this.#tellPaused(reason !== null);
  }

  /** A fan-out that has just ended has nothing left to pause, and refuses the signal. */
  async #tellPaused(paused: boolean): Promise<void> {
    await this.#fanOut?.signal(setPausedSignal, paused).catch(() => undefined);
  }

  async #tellAllowance(): Promise<void> {
    await this.#fanOut?.signal(setAllowanceSignal, this.#allowance()).catch(() => undefined);
  }

  /** A spent budget is nothing to a stage that asks no model. */
  #allowance(): Allowance {
    if (!this.#asksModels) return unlimited;
    return allowanceOf(this.#progress.tokens, this.#controls.state().budget);
  }

  /** Another limit may hold the stage now, or none. */
  async #changeBudget(): Promise<void> {
    if (this.#stageHeld !== null) this.#noteHeld(this.#stageHeld);
    await this.#tellAllowance();
  }

  #noteHeld(spent: TokenUse | null): void {
    this.#stageHeld = spent;
    this.note({ waiting: this.#controls.state().paused ?? this.#heldReason() });
  }

  #heldReason(): string | null {
    if (this.#stageHeld === null) return null;
    const spent = addTokens(this.#progress.tokens, this.#stageHeld);
    return hardBudgetReason(spent, this.#controls.state().budget, this.context.campaign);
  }

  #noteSpent(use: TokenUse): void {
    const tokens = addTokens(this.#progress.tokens, use);
    this.note({ tokens });
    upsertSearchAttributes([
      { key: tokensKey, value: tokensUsed(tokens) },
      { key: costKey, value: tokens.cost },
    ]);
  }

  /** The result of a stage's child; a stop at once, or while it waits for budget, cancels it. */
  async #unlessAbandoned<Result>(child: StageChild<Result>): Promise<Result> {
    let ended = false;
    const hasEnded = () => ended;
    const result = child.result().finally(() => void (ended = true));
    const givenUp = () => this.#controls.state().stopping === 'now' || (this.stopping() && this.#stageHeld !== null);
    await Promise.race([result, condition(() => ended || givenUp())]);
    if (hasEnded()) return result;
    const spent = this.#stageHeld ?? noTokens;
    // One that ended just now refuses to be cancelled, and its result counts.
    await getExternalWorkflowHandle(child.workflowId)
      .cancel()
      .catch(() => undefined);
    const outcome = await result.catch(() => null);
    this.#stageHeld = null;
    this.note({ waiting: null });
    if (outcome !== null) return outcome;
    this.#fanOut = null;
    this.#noteSpent(spent);
    throw new StageAbandoned('The campaign was stopped, and the stage under way given up.', 'Abandoned', true);
  }

  #begin(name: string, rows: number, child: string | null): void {
    this.note({ progress: { stage: name, done: 0, total: rows, startedAt: now(), child } });
    upsertSearchAttributes([{ key: stageKey, value: name }]);
  }

  #finish<Summary>(outcome: StageOutcome<Summary>): StageOutcome<Summary> {
    const seconds = outcome.reused ? 0 : (now() - this.#progress.progress.startedAt) / 1000;
    this.#marks.push({ name: this.#progress.progress.stage, key: outcome.key, seconds, reused: outcome.reused });
    return outcome;
  }
}

interface StageChild<Result> {
  readonly workflowId: string;
  result(): Promise<Result>;
}

const stageKey = defineSearchAttributeKey(SearchAttribute.Stage, SearchAttributeType.KEYWORD);
const tokensKey = defineSearchAttributeKey(SearchAttribute.Tokens, SearchAttributeType.INT);
const costKey = defineSearchAttributeKey(SearchAttribute.Cost, SearchAttributeType.DOUBLE);

function asksModels(job: ChunkedJob): boolean {
  if (job.kind === 'evaluate') return job.student.kind === 'endpoint';
  const askers: readonly ChunkedJob['kind'][] = ['attempt', 'judge', 'compare'];
  return askers.includes(job.kind) || (job.kind === 'generate' && job.generator.kind === 'llm');
}

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
    means: null,
    ungraded: null,
    tokens: noTokens,
    pool: null,
    checkpoint: null,
    report: null,
    ending: null,
    outcome: null,
  };
}
