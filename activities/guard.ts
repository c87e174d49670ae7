// What every activity is wrapped in: heartbeats, and the one place where our failures become Temporal's (permanent ones are
// not retried, transient ones wait as asked).

import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { PermanentError, TransientError } from '../contracts/failures.ts';
import { withHeartbeat } from './heartbeat.ts';

/** Wraps every activity of a family: it beats, and what it throws reaches Temporal with the right type and retry rule. */
export function guardActivities<Family extends object>(activities: Family): Family {
  const guarded = Object.entries(activities).map(([name, activity]) => {
    const call = activity as (...input: unknown[]) => Promise<unknown>;
    const safe = async (...input: unknown[]): Promise<unknown> => {
      try {
        return await withHeartbeat(() => call(...input));
      } catch (error) {
        throw toFailure(error);
      }
    };
    return [name, safe];
  });
  return Object.fromEntries(guarded) as Family;
}

export function toFailure(error: unknown): Error {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  // A wait or request that the cancellation signal broke off: as it stands the worker reports it as cancelled, wrapped as failed.
  if (error instanceof Error && error.name === 'AbortError') return error;
  if (error instanceof PermanentError) {
    return ApplicationFailure.create({ type: error.type, message: error.message, nonRetryable: true, cause: error });
  }
  if (error instanceof TransientError && error.retryAfterSeconds !== undefined) {
    const nextRetryDelay = `${error.retryAfterSeconds} seconds`;
    return ApplicationFailure.create({ type: 'Transient', message: error.message, nextRetryDelay, cause: error });
  }
  return ApplicationFailure.fromError(error);
}
