// The one windowed workflow that all chunked stages use: plan, run every chunk with a bounded number in flight, a page of
// chunks a run, assemble. Results stay in the store; what travels is counts.

import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ChunkedJob, ChunkedSummary, ChunkOutcome } from '../contracts/chunked-jobs.ts';
import type { StageOutcome } from '../contracts/artifacts.ts';
import { Query, Signal } from '../contracts/messages.ts';
import type { FanOutStatus, TokenUse } from '../contracts/status.ts';
import { addTokens, mayAskMore, noTokens, type Allowance } from '../core/plan/budget.ts';
import { chunksInFlight, pageEnd } from '../core/plan/pages.ts';
import { chunksOf } from './proxies.ts';

export interface FanOutInput {
  readonly job: ChunkedJob;
  readonly paused: boolean;
  /** What the stage may spend on language models before it holds. */
  readonly allowance: Allowance;
  /** Set by the run before when the stage continues as new. */
  readonly carried?: { readonly start: number; readonly status: FanOutStatus };
}

export const fanOutQuery = defineQuery<FanOutStatus>(Query.FanOut);
export const setPausedSignal = defineSignal<[boolean]>(Signal.SetPaused);
export const setAllowanceSignal = defineSignal<[Allowance]>(Signal.SetAllowance);
/** To the campaign: what the stage had spent when its allowance was gone; null when it goes on. */
export const stageHeldSignal = defineSignal<[TokenUse | null]>(Signal.StageHeld);

const nothingDone: FanOutStatus = { tokens: noTokens, chunksDone: 0, chunks: 0, rowsDone: 0, rows: 0, reused: 0 };

export async function fanOut(input: FanOutInput): Promise<StageOutcome<ChunkedSummary>> {
  const { job, carried } = input;
  const { planChunks, runChunk, assembleChunks } = chunksOf(job);
  let { paused, allowance } = input;
  let status = carried?.status ?? nothingDone;
  setHandler(fanOutQuery, () => status);
  setHandler(setPausedSignal, (value) => void (paused = value));
  setHandler(setAllowanceSignal, (value) => void (allowance = value));

  if (carried === undefined) {
    const { finished, chunks, rows } = await planChunks(job);
    if (finished !== null) return finished;
    status = { ...status, chunks, rows };
  }

  const start = carried?.start ?? 0;
  const end = pageEnd(start, status.chunks);
  let next = start;
  let inFlight = 0;
  const affordable = () => mayAskMore({ spent: status.tokens, finished: status.chunksDone, inFlight }, allowance);
  const mayStart = () => !paused && affordable();
  const worker = async (): Promise<void> => {
    while (next < end) {
      const chunk = next++;
      // Asked again after every wait: the chunk that another worker started meanwhile counts.
      while (!mayStart()) await condition(mayStart);
      inFlight += 1;
      const summary = `chunk ${chunk + 1} of ${status.chunks}`;
      const outcome = await runChunk.executeWithOptions({ summary }, [{ job, chunk }]);
      inFlight -= 1;
      status = withChunk(status, outcome);
      setCurrentDetails(
        `${job.kind}: ${status.rowsDone} of ${status.rows} rows, ${status.chunksDone} of ${status.chunks} chunks`,
      );
    }
  };
  const workers = Promise.all(Array.from({ length: Math.min(chunksInFlight, end - start) }, worker));
  const left = () => status.chunksDone < end;
  await Promise.all([
    workers,
    tellWhenHeld(
      left,
      () => left() && inFlight === 0 && !affordable(),
      () => status.tokens,
    ),
  ]);

  if (end < status.chunks) {
    await condition(allHandlersFinished);
    return continueAsNew<typeof fanOut>({ job, paused, allowance, carried: { start: end, status } });
  }
  return assembleChunks(job);
}

function withChunk(status: FanOutStatus, { rows, reused, tokens }: ChunkOutcome): FanOutStatus {
  return {
    ...status,
    tokens: addTokens(status.tokens, tokens),
    chunksDone: status.chunksDone + 1,
    rowsDone: status.rowsDone + rows,
    reused: status.reused + (reused ? 1 : 0),
  };
}

/** Tells the campaign when nothing may start for want of budget, and when that is over, until no chunk is `left`. */
async function tellWhenHeld(left: () => boolean, held: () => boolean, spent: () => TokenUse): Promise<void> {
  const { parent } = workflowInfo();
  if (parent === undefined) return;
  const campaign = getExternalWorkflowHandle(parent.workflowId);
  while (left()) {
    await condition(() => held() || !left());
    if (!left()) return;
    await campaign.signal(stageHeldSignal, spent());
    await condition(() => !held());
    await campaign.signal(stageHeldSignal, null);
  }
}
