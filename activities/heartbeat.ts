// Heartbeats say that the process lives and what is durable. Every activity beats in the background; those that know how
// far they are report it, and each beat carries the last report.

import { AsyncLocalStorage } from 'node:async_hooks';
import { Context } from '@temporalio/activity';
import type { HeartbeatProgress } from '../contracts/activities.ts';

/** Well under every heartbeat time-out, so that a long step without progress is not taken for a dead worker. */
const beatMilliseconds = 3_000;

const reports = new AsyncLocalStorage<{ last: HeartbeatProgress }>();

/** Runs an activity's work with heartbeats in the background. */
export async function withHeartbeat<Result>(work: () => Promise<Result>): Promise<Result> {
  const context = Context.current();
  const report = { last: { done: 0, total: 0 } };
  const timer = setInterval(() => context.heartbeat(report.last), beatMilliseconds);
  try {
    return await reports.run(report, work);
  } finally {
    clearInterval(timer);
  }
}

/** Says how many rows or steps of the running activity are durable. */
export function reportProgress(progress: HeartbeatProgress): void {
  const report = reports.getStore();
  if (report === undefined) return;
  report.last = progress;
  Context.current().heartbeat(progress);
}

/** Fires when the activity is cancelled and when its worker shuts down. */
export function cancellationSignal(): AbortSignal {
  return Context.current().cancellationSignal;
}
