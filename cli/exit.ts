// What every command answers with, and which error becomes which answer.

import { CommanderError } from 'commander';
import { FailureType, PermanentError, TransientError } from '../contracts/failures.ts';

export const ExitCode = {
  Ok: 0,
  Failed: 1,
  /** Wrong usage, or a campaign file that is wrong. */
  Usage: 2,
  /** Finished, but not with what was asked for. */
  GateNotMet: 3,
  NotFound: 4,
  Unreachable: 69,
  Interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export const exitCodeHelp = `
Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 finished but a gate was not met, 4 not found,
69 a server cannot be reached, 130 interrupted.`;

/** The arguments make no sense together; commander finds most of these itself. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export async function exitCodeOf(error: unknown): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Ok : ExitCode.Usage;
  if (error instanceof UsageError) return ExitCode.Usage;
  if (error instanceof PermanentError) return permanentCodes[error.type] ?? ExitCode.Failed;
  if (error instanceof TransientError || isRefusedConnection(error)) return ExitCode.Unreachable;
  if (isAbort(error)) return ExitCode.Interrupted;
  // Loaded here because the Temporal client takes a second to load, and most commands go without it.
  const { CampaignNotFound } = await import('../adapters/temporal/campaigns.ts');
  return error instanceof CampaignNotFound ? ExitCode.NotFound : ExitCode.Failed;
}

/** One message without a stack; null when it was already shown. */
export function messageOf(error: unknown, environment: Readonly<Record<string, string | undefined>>): string | null {
  if (error instanceof CommanderError) return null;
  if (isAbort(error)) return 'Interrupted.';
  if (!(error instanceof Error)) return String(error);
  const debug = environment['DIFFRACT_DEBUG'];
  if (debug !== undefined && debug !== '') return error.stack ?? error.message;
  // What a workflow refused with stands inside; the outer message says only that it did.
  if (error.name === 'WorkflowUpdateFailedError' && error.cause instanceof Error) return error.cause.message;
  return error.message === '' ? error.name : error.message;
}

/** The server is away for a moment: nothing that a person said is wrong. */
export function isRefusedConnection(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code: unknown = 'code' in cause ? cause.code : undefined;
    // 4 and 14 are gRPC's DEADLINE_EXCEEDED and UNAVAILABLE.
    if (code === 4 || code === 14 || code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'ETIMEDOUT')
      return true;
  }
  return false;
}

const permanentCodes: Readonly<Partial<Record<FailureType, ExitCode>>> = {
  [FailureType.InvalidConfig]: ExitCode.Usage,
  [FailureType.CampaignConflict]: ExitCode.Usage,
  [FailureType.MissingArtifact]: ExitCode.NotFound,
  [FailureType.MissingModel]: ExitCode.NotFound,
};

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
