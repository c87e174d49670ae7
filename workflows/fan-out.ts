// The one windowed workflow that all chunked stages use: plan, run every chunk with a bounded number in flight, a page of
// chunks a run, assemble. Results stay in the store; what travels is counts.

import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { ChunkedJob, ChunkedSummary } from '../contracts/activities.ts';
import type { StageOutcome } from '../contracts/artifacts.ts';
import { Query, Signal } from '../contracts/messages.ts';
import type { FanOutStatus } from '../contracts/status.ts';
import { chunksInFlight, pageEnd } from '../core/plan/pages.ts';
import { chunksOf } from './proxies.ts';

export interface FanOutInput {
  readonly job: ChunkedJob;
  readonly paused: boolean;
  /** Set by the run before when the stage continues as new. */
  readonly carried?: { readonly start: number; readonly status: FanOutStatus };
}

export const fanOutQuery = defineQuery<FanOutStatus>(Query.FanOut);
export const setPausedSignal = defineSignal<[boolean]>(Signal.SetPaused);

export async function fanOut(input: FanOutInput): Promise<StageOutcome<ChunkedSummary>> {
  const { job, carried } = input;
  const { planChunks, runChunk, assembleChunks } = chunksOf(job.kind);
  let paused = input.paused;
  let status: FanOutStatus = carried?.status ?? { chunksDone: 0, chunks: 0, rowsDone: 0, rows: 0, reused: 0 };
  setHandler(fanOutQuery, () => status);
  setHandler(setPausedSignal, (value) => void (paused = value));

  if (carried === undefined) {
    const { finished, chunks, rows } = await planChunks(job);
    if (finished !== null) return finished;
    status = { ...status, chunks, rows };
  }

  const start = carried?.start ?? 0;
  const end = pageEnd(start, status.chunks);
  let next = start;
  const worker = async (): Promise<void> => {
    while (next < end) {
      const chunk = next++;
      await condition(() => !paused);
      const { rows, reused } = await runChunk.executeWithOptions(
        { summary: `chunk ${chunk + 1} of ${status.chunks}` },
        [{ job, chunk }],
      );
      status = {
        ...status,
        chunksDone: status.chunksDone + 1,
        rowsDone: status.rowsDone + rows,
        reused: status.reused + (reused ? 1 : 0),
      };
      setCurrentDetails(
        `${job.kind}: ${status.rowsDone} of ${status.rows} rows, ${status.chunksDone} of ${status.chunks} chunks`,
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(chunksInFlight, end - start) }, worker));

  if (end < status.chunks) {
    await condition(allHandlersFinished);
    return continueAsNew<typeof fanOut>({ job, paused, carried: { start: end, status } });
  }
  return assembleChunks(job);
}
