// One run of an external trainer, watched from outside. Every call looks at the disk and does what is due: nothing is
// remembered in between, so a run may be polled by one process today and by another tomorrow.

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrainedStudent, TrainingProgress, TrainingRun } from '../../../activities/ports/trainer.ts';
import { FailureType, PermanentError } from '../../../contracts/failures.ts';
import { claimedAt, noteEnding, readAttempts } from './attempts.ts';
import type { Attempt } from './attempts.ts';
import { groupLife, signalGroup } from './process-lease.ts';
import { lastSignOfLife, readProgress } from './progress.ts';
import type { ReportedProgress } from './progress.ts';
import type { RunFolder } from './run-folder.ts';
import { readModelFiles, whatIsMissing } from './trained-files.ts';

export interface CommandRunSettings {
  readonly folder: RunFolder;
  readonly stallMinutes: number;
  /** Attempts that may crash or stall before the run counts as failed. */
  readonly attempts: number;
  /** Between SIGTERM and SIGKILL. */
  readonly graceSeconds: number;
  /** Starts an attempt, from the newest whole checkpoint where there is one. */
  readonly startNext: (next: { readonly number: number; readonly series: number }) => Promise<void>;
  /** Takes secrets out of what the trainer printed. */
  readonly redact: (text: string) => string;
}

type Verdict =
  { readonly kind: 'running' | 'succeeded' | 'again' } | { readonly kind: 'failed'; readonly failure: string };

const running: Verdict = { kind: 'running' };

export function commandRun(settings: CommandRunSettings): TrainingRun {
  const { folder } = settings;
  return {
    async poll() {
      const attempt = await newestAttempt(folder);
      const verdict = await judge(settings, attempt);
      if (verdict.kind === 'again') await startAfter(settings, attempt);
      const state = verdict.kind === 'again' ? 'running' : verdict.kind;
      const failure = verdict.kind === 'failed' ? verdict.failure : null;
      return progressReport(state, failure, await readProgress(folder));
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

/** Ends a stalled group: first asks, then, one grace later, does not ask. */
async function watch({ folder, stallMinutes, graceSeconds }: CommandRunSettings, attempt: Attempt): Promise<void> {
  if (attempt.lease === null || attempt.exit !== null) return;
  const now = Date.now();
  if (attempt.ending) {
    if (now - attempt.ending.at > graceSeconds * 1000) await signalGroup(attempt.lease, 'SIGKILL');
    return;
  }
  const alive = Math.max(await lastSignOfLife(folder), await claimedAt(folder, attempt));
  if (now - alive <= stallMinutes * 60_000) return;
  await noteEnding(folder, attempt, { reason: 'stalled', at: now });
  await signalGroup(attempt.lease, 'SIGTERM');
}

async function judgeEnded(settings: CommandRunSettings, attempt: Attempt): Promise<Verdict> {
  const { folder, attempts } = settings;
  const { ending, exit, series } = attempt;
  if (ending?.reason === 'cancelled') return { kind: 'failed', failure: 'it was cancelled' };
  if (ending === null && exit?.code === 0) {
    const missing = await whatIsMissing(folder.output, await readProgress(folder));
    if (missing === null) return { kind: 'succeeded' };
    return { kind: 'failed', failure: `it exited with 0, but ${missing}.${await logTail(settings)}` };
  }
  if (exit?.error) return { kind: 'failed', failure: `its program cannot be started: ${exit.error}` };
  const tried = (await readAttempts(folder)).filter((one) => one.series === series).length;
  if (tried < attempts) return { kind: 'again' };
  const failure = `attempt ${tried} of ${attempts} ${howItEnded(settings, attempt)}.${await logTail(settings)}`;
  return { kind: 'failed', failure };
}

function howItEnded({ stallMinutes }: CommandRunSettings, { ending, exit }: Attempt): string {
  if (ending) return `stalled: no progress and no log for ${stallMinutes} minutes`;
  if (exit === null) return 'was killed together with its launcher (out of memory, or the machine went down)';
  return exit.signal === null ? `exited with ${String(exit.code)}` : `was ended by ${exit.signal}`;
}

async function logTail({ folder, redact }: CommandRunSettings): Promise<string> {
  const text = redact(await readFile(folder.log, 'utf8').catch(() => '')).trim();
  const tail = text.slice(-800);
  return tail === '' ? ` Its log ${folder.log} is empty.` : ` The end of its log ${folder.log}:\n${tail}`;
}

async function startAfter({ startNext }: CommandRunSettings, attempt: Attempt): Promise<void> {
  const number = attempt.lease === null ? attempt.number : attempt.number + 1;
  await startNext({ number, series: attempt.series });
}

async function cancel({ folder, graceSeconds }: CommandRunSettings): Promise<void> {
  let attempt = await newestAttempt(folder);
  if (attempt.exit?.code === 0 && attempt.ending === null) return;
  const startedAt = Date.now();
  await noteEnding(folder, attempt, { reason: 'cancelled', at: startedAt });
  let asked = false;
  for (; attempt.lease !== null; attempt = await newestAttempt(folder)) {
    const life = await groupLife(attempt.lease);
    if (!life.launcher && !life.trainer) return;
    // A signal before the trainer runs would be lost on it; more than one makes some trainers give up on saving.
    if (!asked && life.trainer) {
      asked = true;
      await signalGroup(attempt.lease, 'SIGTERM');
    }
    if (Date.now() - startedAt > graceSeconds * 1000) await signalGroup(attempt.lease, 'SIGKILL');
    await sleep(50);
  }
}

async function collect(settings: CommandRunSettings): Promise<TrainedStudent> {
  const { folder } = settings;
  const verdict = await judge(settings, await newestAttempt(folder));
  const { step = 0, firstLoss = null, loss = null } = (await readProgress(folder)) ?? {};
  if (verdict.kind === 'succeeded' && firstLoss !== null && loss !== null) {
    return { files: await readModelFiles(folder.output), steps: step, firstLoss, lastLoss: loss };
  }
  const found = verdict.kind === 'failed' ? verdict.failure : `it is ${verdict.kind}`;
  throw new PermanentError(FailureType.TrainingFailed, `The training in ${folder.root} did not succeed: ${found}`);
}

function progressReport(
  state: TrainingProgress['state'],
  failure: string | null,
  progress: ReportedProgress | null,
): TrainingProgress {
  const { step, totalSteps, loss } = progress ?? { step: 0, totalSteps: 0, loss: null };
  return { state, step, totalSteps, loss, failure };
}
