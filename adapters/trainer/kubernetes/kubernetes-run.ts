// One run in a cluster, watched from outside. What it did stands on the shared claim and in the cluster, so a run may be
// polled by one process today and by another tomorrow.

import { setTimeout as sleep } from 'node:timers/promises';
import type { TrainedStudent, TrainingProgress, TrainingRun } from '../../../activities/ports/trainer.ts';
import { FailureType, PermanentError, TransientError } from '../../../contracts/failures.ts';
import type { KubernetesTrainerConfig } from '../../../contracts/trainers.ts';
import type { ReportedProgress } from '../command/progress-entry.ts';
import { readProgress } from '../command/progress.ts';
import type { RunFolder } from '../command/run-folder.ts';
import { trainedModel } from '../command/trained-files.ts';
import { noteCreated, noteEnding, noteStalled, readAttempts, type Attempt, type Ending } from './attempts.ts';
import type { Address, Cluster, Resource } from './cluster.ts';
import { endingOf, hasStalled, whyHopeless } from './endings.ts';
import { graceSeconds } from './manifests.ts';
import { attemptName, attemptSelector, isAttemptOf } from './names.ts';
import { badEnds, isAlive } from './pod-reports.ts';

export interface KubernetesRunSettings {
  readonly cluster: Cluster;
  readonly config: KubernetesTrainerConfig;
  readonly runKey: string;
  /** As this process sees the claim. */
  readonly folder: RunFolder;
  /** Between two looks at the cluster; a poll in between tells what the last one saw. */
  readonly lookSeconds: number;
  /** Starts an attempt, from the newest whole checkpoint where there is one. */
  readonly startNext: (next: { readonly number: number; readonly series: number }) => Promise<void>;
  /** A pod that the cluster replaces reads the configuration again: it should name the newest checkpoint then. */
  readonly keepCurrent: (attempt: number) => Promise<void>;
  /** Takes secrets out of what the trainer printed. */
  readonly redact: (text: string) => string;
}

type Verdict =
  { readonly kind: 'running' | 'succeeded' | 'again' } | { readonly kind: 'failed'; readonly failure: string };

interface Look {
  readonly verdict: Verdict;
  /** Null where the cluster was not asked. */
  readonly resource: Resource | null;
}

/** Pods have their grace, and their nodes some time to tell of their end. */
const LONGEST_END_MS = (graceSeconds + 60) * 1000;
const CANCEL_LOOK_MS = 500;

const running: Verdict = { kind: 'running' };

export function kubernetesRun(settings: KubernetesRunSettings): TrainingRun {
  const { folder, lookSeconds } = settings;
  let last: { readonly at: number; readonly progress: TrainingProgress } | null = null;
  return {
    async poll() {
      if (last && last.progress.state === 'running' && performance.now() - last.at < lookSeconds * 1000) {
        return last.progress;
      }
      const attempt = await newestAttempt(folder);
      const { verdict, resource } = await look(settings, attempt);
      if (verdict.kind === 'again') await startAfter(settings, attempt);
      const progress = progressReport(verdict, await readProgress(folder), resource);
      last = { at: performance.now(), progress };
      return progress;
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

/** What the newest attempt's state asks for; notes its end when it has come. */
async function look(settings: KubernetesRunSettings, attempt: Attempt): Promise<Look> {
  const { cluster, config, folder, runKey, keepCurrent } = settings;
  if (attempt.ending) return { verdict: await verdictOf(settings, attempt, attempt.ending), resource: null };
  const address = addressOf(settings, attempt);
  const resource = await cluster.read(address);
  // Whoever noted it died before the cluster took it.
  if (resource === null && !attempt.created) return { verdict: { kind: 'again' }, resource };
  if (resource) requireOwn(settings, attempt, resource);
  // The answer to its creation got lost, or whoever waited for it died.
  if (!attempt.created) await noteCreated(folder, attempt.number);
  const pods = await cluster.pods(config.namespace, attemptSelector(runKey, attempt.number));
  // Pods that outlive it may still save a checkpoint, and two writers would spoil it.
  const isGoing = resource === null ? pods.some(isAlive) : resource.metadata.deletionTimestamp !== undefined;
  if (isGoing) return { verdict: running, resource };
  const now = Date.now();
  // Whole logs, before they are cut: half a secret would not be known for one.
  const ends = badEnds(pods).map((end) => ({ ...end, log: settings.redact(end.log) }));
  const ending = resource === null && attempt.stalled ? stallOf(config) : await endingOf(resource, ends, folder, now);
  if (ending) return { verdict: await noted(settings, attempt, ending), resource };
  const hopeless = await whyHopeless(attempt, pods, folder, now);
  if (hopeless !== null) {
    await cluster.remove(address);
    return { verdict: await noted(settings, attempt, { outcome: 'failed', reason: hopeless }), resource };
  }
  if (await hasStalled(resource, pods, folder, { stallMinutes: config.stallMinutes, now })) {
    // The next attempt begins once its pods are gone.
    await noteStalled(folder, attempt.number);
    await cluster.remove(address);
  } else await keepCurrent(attempt.number);
  return { verdict: running, resource };
}

function stallOf({ stallMinutes }: KubernetesTrainerConfig): Ending {
  return { outcome: 'lost', reason: `stalled: no progress for ${stallMinutes} minutes while its pods ran` };
}

async function noted(settings: KubernetesRunSettings, attempt: Attempt, ending: Ending): Promise<Verdict> {
  const written = { ...ending, reason: settings.redact(ending.reason) };
  await noteEnding(settings.folder, attempt.number, written);
  return verdictOf(settings, attempt, written);
}

async function verdictOf(
  { folder, config }: KubernetesRunSettings,
  attempt: Attempt,
  ending: Ending,
): Promise<Verdict> {
  const { outcome, reason } = ending;
  if (outcome === 'succeeded') return { kind: 'succeeded' };
  if (outcome === 'cancelled') return { kind: 'failed', failure: 'it was cancelled' };
  const tried = (await readAttempts(folder)).filter(({ series }) => series === attempt.series).length;
  if (outcome === 'lost' && tried < config.attempts) return { kind: 'again' };
  return { kind: 'failed', failure: `attempt ${tried} of ${config.attempts} ${reason}` };
}

async function startAfter({ startNext }: KubernetesRunSettings, attempt: Attempt): Promise<void> {
  const number = attempt.ending === null && !attempt.created ? attempt.number : attempt.number + 1;
  await startNext({ number, series: attempt.series });
}

async function cancel(settings: KubernetesRunSettings): Promise<void> {
  const { cluster, folder } = settings;
  const attempt = await newestAttempt(folder);
  const { verdict } = await look(settings, attempt);
  if (verdict.kind === 'succeeded' || verdict.kind === 'failed') return;
  const address = addressOf(settings, attempt);
  await cluster.remove(address);
  const startedAt = performance.now();
  while ((await cluster.read(address)) !== null) {
    if (performance.now() - startedAt > LONGEST_END_MS) {
      throw new TransientError(`${named(address)} is still being deleted after ${LONGEST_END_MS / 1000} s.`);
    }
    await sleep(CANCEL_LOOK_MS);
  }
  // Last: a process that dies before leaves a run that is still known to be running.
  await noteEnding(folder, attempt.number, { outcome: 'cancelled', reason: '' });
}

async function collect(settings: KubernetesRunSettings): Promise<TrainedStudent> {
  const { folder } = settings;
  const { verdict } = await look(settings, await newestAttempt(folder));
  const { step = 0, firstLoss = null, loss = null } = (await readProgress(folder)) ?? {};
  if (verdict.kind === 'succeeded' && firstLoss !== null && loss !== null) {
    return { ...(await trainedModel(folder.output)), steps: step, firstLoss, lastLoss: loss };
  }
  const found = verdict.kind === 'failed' ? verdict.failure : `it is ${verdict.kind}`;
  throw new PermanentError(FailureType.TrainingFailed, `The training in ${folder.root} did not succeed: ${found}`);
}

/** Files on the claim count steps; without any, a TrainJob that reports by itself counts in hundredths. */
function progressReport(
  verdict: Verdict,
  reported: ReportedProgress | null,
  resource: Resource | null,
): TrainingProgress {
  const state = verdict.kind === 'again' ? 'running' : verdict.kind;
  const failure = verdict.kind === 'failed' ? verdict.failure : null;
  const { step, totalSteps, loss } = reported ?? statusProgress(resource);
  return { state, step, totalSteps, loss, failure };
}

function statusProgress(resource: Resource | null): Pick<TrainingProgress, 'step' | 'totalSteps' | 'loss'> {
  const status = resource?.status.trainerStatus;
  if (status?.progressPercentage === undefined) return { step: 0, totalSteps: 0, loss: null };
  const loss = Number(status.metrics.find(({ name }) => name === 'loss')?.value ?? NaN);
  return { step: status.progressPercentage, totalSteps: 100, loss: Number.isFinite(loss) ? loss : null };
}

function requireOwn(settings: KubernetesRunSettings, attempt: Attempt, { metadata }: Resource): void {
  if (isAttemptOf(settings.runKey, attempt.number, metadata.labels)) return;
  throw foreignObject(addressOf(settings, attempt));
}

export function foreignObject(address: Address): PermanentError {
  return new PermanentError(
    FailureType.TrainingFailed,
    `${named(address)} is there already and is not of this run: its labels are others. ` +
      'Delete or rename it, or give the trainer another namespace.',
  );
}

function addressOf({ config, runKey }: KubernetesRunSettings, { number }: Attempt): Address {
  return { kind: config.resource, namespace: config.namespace, name: attemptName(runKey, number) };
}

function named({ kind, namespace, name }: Address): string {
  return `The ${kind} "${name}" in the namespace "${namespace}"`;
}
