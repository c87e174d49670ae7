// How an attempt ended, from the conditions of its object in the cluster, its pods, and what it left on the claim.

import { causeOfExit } from '../command/exit-causes.ts';
import { divergedSince, lastSignOfLife, readProgress } from '../command/progress.ts';
import type { RunFolder } from '../command/run-folder.ts';
import { whatIsMissing } from '../command/trained-files.ts';
import type { Attempt, Ending } from './attempts.ts';
import type { Pod, Resource } from './cluster.ts';
import { runningSince, whyStuck, type BadEnd } from './pod-reports.ts';

/** Reasons of a failure that another attempt would meet again. */
const FINAL_REASONS: readonly string[] = ['PodFailurePolicy', 'DeadlineExceeded', 'TrainingRuntimeNotSupported'];
/** What a pod wrote last may reach this side of a network file system late. */
const FILES_SETTLE_MS = 60_000;
const LONGEST_LOG = 800;

/** Null while it goes on. A resource that is gone was deleted by somebody, or was forgotten long after its end. */
export async function endingOf(
  resource: Resource | null,
  ends: readonly BadEnd[],
  folder: RunFolder,
  now: number,
): Promise<Ending | null> {
  if (resource === null) return { outcome: 'lost', reason: 'was deleted from the cluster before its end was seen' };
  const { conditions } = resource.status;
  const met = (type: string) => conditions.find((condition) => condition.type === type && condition.status === 'True');
  const complete = met('Complete');
  if (complete) {
    const missing = await whatIsMissing(folder.output, await readProgress(folder));
    if (missing === null) return { outcome: 'succeeded', reason: '' };
    if (now - Date.parse(complete.lastTransitionTime) < FILES_SETTLE_MS) return null;
    return { outcome: 'failed', reason: `is complete for the cluster, but ${missing}.${told(ends)}` };
  }
  const failed = met('Failed');
  if (!failed) return null;
  const causes = ends.map(({ exitCode, log }) => causeOfExit({ code: exitCode, signal: null }, log, []));
  const never = causes.find(({ retry }) => retry === 'never');
  const outcome = never !== undefined || FINAL_REASONS.includes(failed.reason) ? 'failed' : 'lost';
  const cause = (never ?? causes.at(-1))?.cause ?? '';
  const why = cause === '' ? '' : ` Cause: ${cause}.`;
  return { outcome, reason: `failed (${failed.reason}): ${failed.message.replace(/\.$/, '')}.${why}${told(ends)}` };
}

/** Why an attempt that still runs has to be ended; null when it has not. */
export async function whyHopeless(
  attempt: Attempt,
  pods: readonly Pod[],
  folder: RunFolder,
  now: number,
): Promise<string | null> {
  const stuck = whyStuck(pods, now);
  if (stuck !== null) return stuck;
  const since = await divergedSince(folder, attempt.notFiniteBefore);
  if (since === null) return null;
  return (
    `diverged: from step ${since} on the loss is no number (NaN or infinite). Checkpoints from before it are ` +
    `kept in ${folder.output}. Lower the learning rate or clip gradients, and run again.`
  );
}

/** Whether pods run and nothing has moved for so long; what waits for a node or an image is not stalled. */
export async function hasStalled(
  resource: Resource | null,
  pods: readonly Pod[],
  folder: RunFolder,
  { stallMinutes, now }: { readonly stallMinutes: number; readonly now: number },
): Promise<boolean> {
  const since = runningSince(pods);
  if (since === null) return false;
  const told = Date.parse(resource?.status.trainerStatus?.lastUpdatedTime ?? '') || 0;
  return now - Math.max(since, told, await lastSignOfLife(folder)) > stallMinutes * 60_000;
}

function told(ends: readonly BadEnd[]): string {
  const sentences = ends.map(({ text }) => ` ${text}.`).join('');
  const log = ends.at(-1)?.log.slice(-LONGEST_LOG) ?? '';
  return log === '' ? sentences : `${sentences} The end of its log:\n${log}`;
}
