// One run of an external trainer, watched from outside. Every call looks at the disk and does what is due: nothing is
// remembered in between, so a run may be polled by one process today and by another tomorrow.

import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrainedStudent, TrainingProgress, TrainingRun } from '../../../activities/ports/trainer.ts';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import type { CommandTrainerConfig } from '../../../contracts/trainers.ts';
import { claimedAt, endStrays, noteEnding, readAttempts } from './attempts.ts';
import type { Attempt } from './attempts.ts';
import { newestWholeCheckpoint } from './checkpoints.ts';
import { causeOfExit } from './exit-causes.ts';
import type { ExitCause } from './exit-causes.ts';
import { groupLife, signalGroup } from './process-lease.ts';
import type { ReportedProgress } from './progress-entry.ts';
import { divergedSince, lastSignOfLife, readProgress } from './progress.ts';
import { readTail } from './run-files.ts';
import type { RunFolder } from './run-folder.ts';
import { trainedModel, whatIsMissing } from './trained-files.ts';

export interface CommandRunSettings {
  readonly folder: RunFolder;
  readonly config: CommandTrainerConfig;
  /** Starts an attempt, from the newest whole checkpoint where there is one. */
  readonly startNext: (next: Pick<Attempt, 'number' | 'series' | 'waitingSince'>) => Promise<void>;
  /** Takes secrets out of what the trainer printed. */
  readonly redact: (text: string) => string;
}

type Verdict =
  | { readonly kind: 'running' | 'succeeded' | 'again' }
  | { readonly kind: 'failed'; readonly failure: string; readonly transient: boolean };

const running: Verdict = { kind: 'running' };

/** So much of what an attempt printed last is looked through for what ended it. */
const SCANNED_BYTES = 2 ** 16;
const FULL_BELOW_BYTES = 2 ** 20;
/** An outage is waited out, but not for ever: behind it may be an address that was never right. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

export function commandRun(settings: CommandRunSettings): TrainingRun {
  const { folder } = settings;
  return {
    async poll() {
      const attempt = await newestAttempt(folder);
      const verdict = await judge(settings, attempt);
      if (verdict.kind === 'again') await startAfter(settings, attempt);
      return progressReport(verdict, await readProgress(folder));
    },
    cancel: () => cancel(settings),
    collect: () => collect(settings),
  };
}

async function newestAttempt(folder: RunFolder): Promise<Attempt> {
  const newest = (await readAttempts(folder)).at(-1);
  if (newest) return newest;
  throw new PermanentError(FailureType.TrainingFailed, `No attempt was ever started in ${folder.root}.`);
}

async function judge(settings: CommandRunSettings, attempt: Attempt): Promise<Verdict> {
  // Whoever made its folder died before its launcher ran; nothing can have happened yet.
  if (attempt.lease === null) return attempt.ending ? judgeEnded(settings, attempt) : { kind: 'again' };
  const life = await groupLife(attempt.lease);
  if (life.launcher) {
    await watch(settings, attempt);
    return running;
  }
  if (life.trainer) {
    // Without its launcher nobody would learn how it ends.
    await signalGroup(attempt.lease, 'SIGKILL');
    return running;
  }
  // Read again: the launcher may have told the end between our first look and its own.
  return judgeEnded(settings, await newestAttempt(settings.folder));
}

/** Ends a group that stalled or diverged: first asks, then, one grace later, does not ask. */
async function watch({ folder, config }: CommandRunSettings, attempt: Attempt): Promise<void> {
  if (attempt.lease === null || attempt.exit !== null) return;
  const now = Date.now();
  if (attempt.ending) {
    if (now - attempt.ending.at > config.graceSeconds * 1000) await signalGroup(attempt.lease, 'SIGKILL');
    return;
  }
  const alive = Math.max(await lastSignOfLife(folder), await claimedAt(folder, attempt));
  const stalled = now - alive > config.stallMinutes * 60_000;
  if (!stalled && (await divergedSince(folder, attempt.notFiniteBefore)) === null) return;
  await noteEnding(folder, attempt, { reason: stalled ? 'stalled' : 'diverged', at: now });
  await signalGroup(attempt.lease, 'SIGTERM');
}

async function judgeEnded(settings: CommandRunSettings, attempt: Attempt): Promise<Verdict> {
  const { folder, config } = settings;
  const { ending, exit, series } = attempt;
  await endStrays(folder, attempt);
  if (ending?.reason === 'cancelled') return failed('it was cancelled');
  if (ending === null && exit?.code === 0) {
    const missing = await whatIsMissing(folder.output, await readProgress(folder));
    if (missing === null) return { kind: 'succeeded' };
    return failed(`it exited with 0, but ${missing}.${await logTail(settings)}`);
  }
  if (exit?.error) return failed(`its program cannot be started: ${exit.error}`);
  const lost = await lostSince(folder, attempt);
  if (lost !== null) return failed(await divergence(settings, lost));
  const { retry, cause } = await causeOf(settings, attempt);
  const tried = (await readAttempts(folder)).filter((one) => one.series === series).length;
  if (retry !== 'never' && tried < config.attempts) return { kind: 'again' };
  const how = `attempt ${tried} of ${config.attempts} ${howItEnded(config, attempt)}${cause === '' ? '' : `: ${cause}`}`;
  if (retry !== 'wait') return failed(`${how}.${await logTail(settings)}`);
  const waited = await hasWaitedTooLong(folder, attempt);
  const next = waited
    ? 'It has been like that for a day, with no newer checkpoint.'
    : 'It is going to be started again.';
  return failed(`${how}. ${next}${await logTail(settings)}`, !waited);
}

/** By the attempt's own time: a later look finds the same. */
async function hasWaitedTooLong(folder: RunFolder, attempt: Attempt): Promise<boolean> {
  const { waitingSince } = attempt;
  return waitingSince !== null && (await claimedAt(folder, attempt)) - waitingSince > LONGEST_WAIT_MS;
}

/** The step from which on no loss was a number; null unless that ended the attempt. */
async function lostSince(folder: RunFolder, attempt: Attempt): Promise<number | null> {
  const { reports = 0, since = null } = (await readProgress(folder))?.notFinite ?? {};
  if (attempt.ending?.reason === 'diverged') return since ?? 0;
  return attempt.ending === null && reports > attempt.notFiniteBefore ? since : null;
}

async function divergence({ folder, config }: CommandRunSettings, since: number): Promise<string> {
  const { totalSteps = 0, checkpoints = [] } = (await readProgress(folder)) ?? {};
  const kept = await newestWholeCheckpoint(folder.output, checkpoints, since);
  const place =
    kept === null ? 'No checkpoint from before it is there.' : `The checkpoint before it is kept: ${kept.path}.`;
  const advice = `Lower the learning rate or clip gradients${config.template === null ? '' : ' in settings'}, and run again.`;
  const where = `step ${since}${totalSteps > 0 ? ` of ${totalSteps}` : ''}`;
  return `the training diverged: from ${where} on the loss is no number (NaN or infinite). ${place} ${advice}`;
}

async function causeOf({ folder, config, redact }: CommandRunSettings, attempt: Attempt): Promise<ExitCause> {
  const { ending, exit, logStart } = attempt;
  if (ending !== null) return { retry: 'again', cause: '' };
  const tail = redact(await readTail(folder.log, SCANNED_BYTES, logStart));
  // What was printed on a full disk may not have reached the log.
  const full = (await freeBytes(folder.root)) < FULL_BELOW_BYTES ? 'No space left on device\n' : '';
  return causeOfExit(exit ?? { code: null, signal: null }, `${full}${tail}`, config.retryableExitCodes);
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

function howItEnded({ stallMinutes }: CommandTrainerConfig, { ending, exit }: Attempt): string {
  if (ending) return `stalled: no progress and no log for ${stallMinutes} minutes`;
  if (exit === null) return 'was killed together with its launcher (out of memory, or the machine went down)';
  return exit.signal === null ? `exited with ${String(exit.code)}` : `was ended by ${exit.signal}`;
}

async function logTail({ folder, redact }: CommandRunSettings): Promise<string> {
  const text = redact(await readTail(folder.log, SCANNED_BYTES)).trim();
  const tail = text.slice(-800);
  return tail === '' ? ` Its log ${folder.log} is empty.` : ` The end of its log ${folder.log}:\n${tail}`;
}

async function startAfter({ startNext }: CommandRunSettings, attempt: Attempt): Promise<void> {
  const number = attempt.lease === null ? attempt.number : attempt.number + 1;
  await startNext({ number, series: attempt.series, waitingSince: attempt.waitingSince });
}

async function cancel({ folder, config }: CommandRunSettings): Promise<void> {
  let attempt = await newestAttempt(folder);
  if (attempt.exit?.code === 0 && attempt.ending === null) return;
  const startedAt = Date.now();
  await noteEnding(folder, attempt, { reason: 'cancelled', at: startedAt });
  let asked = false;
  for (; attempt.lease !== null; attempt = await newestAttempt(folder)) {
    const life = await groupLife(attempt.lease);
    if (!life.launcher && !life.trainer) break;
    // A signal before the trainer runs would be lost on it; more than one makes some trainers give up on saving.
    if (!asked && life.trainer) {
      asked = true;
      await signalGroup(attempt.lease, 'SIGTERM');
    }
    if (Date.now() - startedAt > config.graceSeconds * 1000) await signalGroup(attempt.lease, 'SIGKILL');
    await sleep(50);
  }
  await endStrays(folder, attempt);
}

async function collect(settings: CommandRunSettings): Promise<TrainedStudent> {
  const { folder } = settings;
  const verdict = await judge(settings, await newestAttempt(folder));
  const { step = 0, firstLoss = null, loss = null } = (await readProgress(folder)) ?? {};
  if (verdict.kind === 'succeeded' && firstLoss !== null && loss !== null) {
    const { form, files } = await trainedModel(folder.output);
    return { form, files, steps: step, firstLoss, lastLoss: loss };
  }
  const found = verdict.kind === 'failed' ? verdict.failure : `it is ${verdict.kind}`;
  throw new PermanentError(FailureType.TrainingFailed, `The training in ${folder.root} did not succeed: ${found}`);
}

function failed(failure: string, transient = false): Verdict {
  return { kind: 'failed', failure, transient };
}

function progressReport(verdict: Verdict, progress: ReportedProgress | null): TrainingProgress {
  const { step, totalSteps, loss } = progress ?? { step: 0, totalSteps: 0, loss: null };
  const report = { step, totalSteps, loss };
  if (verdict.kind !== 'failed')
    return { ...report, state: verdict.kind === 'again' ? 'running' : verdict.kind, failure: null };
  const { failure, transient } = verdict;
  return { ...report, state: 'failed', failure, ...(transient ? { transient } : {}) };
}
