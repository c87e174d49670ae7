// What a person is told of a campaign that failed.

import { ApplicationFailure } from '@temporalio/client';

/**
 * Of an error and its causes the message that our own code wrote for people: that of the outermost application failure.
 * What caused that one, such as a parser's complaint, knows neither file nor line.
 */
export function failureText(error: unknown): string {
  let last = error;
  while (!(last instanceof ApplicationFailure) && last instanceof Error && last.cause instanceof Error)
    last = last.cause;
  return last instanceof Error ? last.message : String(last);
}
