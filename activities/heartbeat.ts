// Heartbeats say what is durable, and that the process lives; a beat carries the last progress reported.

import { Context } from '@temporalio/activity';
import type { HeartbeatProgress } from '../contracts/activities.ts';

/** Well under every heartbeat time-out, so that a long step without progress is not taken for a dead worker. */
const beatMilliseconds = 4_000;

export interface Pulse {
  report(progress: HeartbeatProgress): void;
}

/** Runs `work` with a heartbeat in the background; the signal fires on cancellation and on worker shutdown. */
export async function withHeartbeat<Result>(
  work: (pulse: Pulse, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const context = Context.current();
  let last: HeartbeatProgress = { done: 0, total: 0 };
  const timer = setInterval(() => context.heartbeat(last), beatMilliseconds);
  const pulse: Pulse = {
    report(progress) {
      last = progress;
      context.heartbeat(progress);
    },
  };
  try {
    return await work(pulse, context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
